import { foldName } from '@cutover/users';

/** Characters: what NIST SP 800-63B-4 section 3.1.1.2 asks of a password that is the only factor. */
const SHORTEST = 15;
/** UTF-16 units, as many as sign-in takes. */
const LONGEST = 1024;
/** Characters that differ, so that a held-down key is none. Random text of that length has far more. */
const FEWEST_DIFFERENT = 8;

/**
 * What is wrong with a break-glass password, in words that follow "password: "; `null` where nothing is. The numbers
 * in `BreakGlassLimits` rest on it.
 */
export function passwordFault(password: string, username: string): string | null {
  const characters = [...password];
  if (characters.length < SHORTEST)
    return `expects at least ${SHORTEST} characters, since nothing else guards this account; make one with "openssl rand -base64 24"`;
  if (password.length > LONGEST) return `expects at most ${LONGEST} characters`;
  if (/\p{Cc}/u.test(password)) return 'must not contain control characters';
  if (new Set(characters).size < FEWEST_DIFFERENT)
    return `expects at least ${FEWEST_DIFFERENT} different characters`;
  if (foldName(password).includes(foldName(username))) return 'must not contain the name of the account';
  return null;
}
