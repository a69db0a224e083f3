import { PASSWORD_LENGTH, type PasswordResetRequest } from '@cutover/contracts';

/** UTF-16 units, as many as the API takes (libs/auth/local/reset). */
const LONGEST = { username: 255, code: 64, newPassword: PASSWORD_LENGTH.most };

export type ResetField = keyof PasswordResetRequest;

/** The code as it was issued: mail programs and telephones add spaces, and dashes that are no hyphens. */
export function plainCode(typed: string): string {
  return typed.replace(/[\s\p{Pd}]/gu, '');
}

/** What is wrong with each field before anything is sent, in the order of the fields; `null` where nothing is. */
export function resetFaults({
  username,
  code,
  newPassword,
}: PasswordResetRequest): Record<ResetField, string | null> {
  return {
    username: username === '' ? 'Enter your username' : tooLong('username', username, 'Check your username'),
    code: code === '' ? 'Enter your code' : tooLong('code', code, 'Check your code'),
    newPassword: passwordFault(newPassword),
  };
}

/** The API's rule as far as lengths go; what is easy to guess only the API knows. */
function passwordFault(password: string): string | null {
  if (password === '') return 'Enter a new password';
  if (/\p{Cc}/u.test(password)) return 'Leave out tabs and other invisible characters';
  if ([...password].length < PASSWORD_LENGTH.least) return `Use at least ${PASSWORD_LENGTH.least} characters`;
  return tooLong('newPassword', password, `Use at most ${LONGEST.newPassword} characters`);
}

function tooLong(field: ResetField, text: string, words: string): string | null {
  return text.length > LONGEST[field] ? words : null;
}
