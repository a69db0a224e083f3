/** Characters that show as nothing, as something else, or turn the writing around (UTS 39 section 3.1, UTS 36 section 2.5). */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Those of them that no writing needs: the joiners are part of Persian, of Indic scripts and of emoji. */
const NEVER_WRITTEN = /(?!\u200c|\u200d|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Whether two texts could look the same because of characters that nobody sees. */
export const hasHidden = (text: string) => HIDDEN.test(text);

/** A name for people to read: it cannot make the text around it say something else. */
export const readable = (text: string) => text.replace(NEVER_WRITTEN, '');
