import { ValidationFailed } from '@cutover/contracts';
import { fromPipe, fromTerminal } from './standard-input';

/** What is wrong with a password, in words that follow "password: "; `null` where nothing is. */
type Rule = (password: string) => Promise<string | null>;

/** For a password that somebody else made rules for. */
const anyPassword: Rule = async () => null;

/**
 * A password: one line of standard input, without its end.
 *
 * @param rule of a new one
 * @throws ValidationFailed for one that nobody could sign in with, or that the rule refuses; never with the password
 */
export async function readPassword(rule = anyPassword): Promise<string> {
  const typed = process.stdin.isTTY ? await fromTerminal('Password (not shown): ') : await fromPipe();
  const fault = await faultIn(typed, rule);
  if (fault) throw new ValidationFailed({ detail: `password: ${fault}` });
  return typed;
}

export async function faultIn(password: string, rule: Rule): Promise<string | null> {
  if (password === '')
    return 'standard input was empty; pipe the password in, or use --no-password where the command has it';
  if (/[\r\n]/.test(password)) return 'expects one line, standard input has more';
  return rule(password);
}
