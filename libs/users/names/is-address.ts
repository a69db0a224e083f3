/** Whether a text can be an e-mail address; legacy tables hold blanks and `n/a` in its place, which say nothing. */
export const isAddress = (text: string) => /^[^\s@]+@[^\s@]+$/u.test(text);
