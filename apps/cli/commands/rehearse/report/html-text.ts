import { visible } from '../../../output';

/** Text as it can stand in HTML; nothing that a name holds is taken for markup, or turns the direction of writing. */
export const escaped = (text: string) =>
  visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const attribute = (text: string) => escaped(text).replaceAll('"', '&quot;');
