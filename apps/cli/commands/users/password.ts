import { ValidationFailed } from '@cutover/contracts';
import { fromPipe, fromTerminal } from './standard-input';

/** Characters, NIST SP 800-63B section 5.1.1.2. */
const SHORTEST = 8;
/** UTF-16 units, as many as sign-in takes (libs/auth/sign-in). */
const LONGEST = 1024;

/**
 * A password: one line of standard input, without its end.
 *
 * @param shortest characters; fewer than for a new one only where somebody else made it
 * @throws ValidationFailed for one that nobody could sign in with, or that is too short; never with the password
 */
export async function readPassword(shortest = SHORTEST): Promise<string> {
  const typed = process.stdin.isTTY ? await fromTerminal('Password (not shown): ') : await fromPipe();
  const fault = faultIn(typed, shortest);
  if (fault) throw new ValidationFailed({ detail: `password: ${fault}` });
  return typed;
}

/** @returns what is wrong with it, in words that follow "password: " */
export function faultIn(password: string, shortest = SHORTEST): string | null {
  if (password === '')
    return 'standard input was empty; pipe the password in, or use --no-password where the command has it';
  if (/[\r\n]/.test(password)) return 'expects one line, standard input has more';
  if (/\p{Cc}/u.test(password)) return 'must not contain NUL or other control characters';
  if ([...password].length < shortest) return `expects at least ${shortest} characters`;
  if (password.length > LONGEST) return `expects at most ${LONGEST} characters`;
  return null;
}
