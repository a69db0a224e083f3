import { PASSWORD_LENGTH } from '@cutover/contracts';

/** The API's rule as far as lengths go; what is easy to guess only the API knows. `null` where nothing is wrong. */
export function newPasswordFault(password: string): string | null {
  const { least, most } = PASSWORD_LENGTH;
  if (password === '') return 'Enter a new password';
  if (/\p{Cc}/u.test(password)) return 'Leave out tabs and other invisible characters';
  if ([...password].length < least) return `Use at least ${least} characters`;
  return password.length > most ? `Use at most ${most} characters` : null;
}
