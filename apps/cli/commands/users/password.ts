import { ValidationFailed } from '@cutover/contracts';
import { passwordFault } from '@cutover/users';
import { fromPipe, fromTerminal } from './standard-input';

/**
 * The new person's password: one line of standard input, without its end.
 *
 * @throws ValidationFailed for one that nobody could sign in with, or that the rules refuse; never with the password
 */
export async function readPassword(username: string): Promise<string> {
  const typed = process.stdin.isTTY ? await fromTerminal('Password (not shown): ') : await fromPipe();
  const fault = faultIn(typed, username);
  if (fault) throw new ValidationFailed({ detail: `password: ${fault}` });
  return typed;
}

/** @returns what is wrong with it, in words that follow "password: " */
export function faultIn(password: string, username = ''): string | null {
  if (password === '') return 'standard input was empty; pipe the password in, or use --no-password';
  if (/[\r\n]/.test(password)) return 'expects one line, standard input has more';
  return passwordFault(password, username);
}
