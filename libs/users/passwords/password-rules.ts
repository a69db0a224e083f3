import { PASSWORD_LENGTH } from '@cutover/contracts';
import { foldName } from '../names/fold-name';

/** Different characters that must be left once a word that is guessed first is taken away, wherever it stands. */
const LEAST_OWN = 6;
/** Characters of a word that is looked for inside a password; what is shorter says nothing about it. */
const SHORTEST_WORD = 3;

/** Runs that every list of its country or keyboard has, and the international one lacks; folded. */
const ALSO_COMMON = `abcdefghijklmno abcdefgh 0987654321 12341234 qwertz123 qwertzuiop asdfghjklö p@ssword pa$$word letmein!
   willkommen admin1234 changeme123`;

/** Words of this place, which a list of what is common elsewhere lacks. */
const CONTEXT = ['cutover', 'password'];

/**
 * The one rule for a new local password, of a person or of a break-glass account: NIST SP 800-63B-4 (August 2025)
 * section 3.1.1.2. A length, and nothing that is guessed first; no rule of composition.
 *
 * @param username whose password it is to be
 * @returns what is wrong with it, in words that follow "password: "; never the password
 */
export async function passwordFault(password: string, username: string): Promise<string | null> {
  const { least, most } = PASSWORD_LENGTH;
  if (/\p{Cc}/u.test(password)) return 'must not contain NUL or other control characters';
  if ([...password].length < least) return `expects at least ${least} characters; a few words are good`;
  if (password.length > most) return `expects at most ${most} characters`;
  const folded = foldName(password);
  if (differentCharacters(folded) < LEAST_OWN) return `expects at least ${LEAST_OWN} different characters`;
  if ([foldName(username), ...CONTEXT].some((word) => isLittleMoreThan(word, folded)))
    return 'is little more than the username or a word of this site; choose another';
  common ??= loadCommon();
  if (wordsOf(folded, await common).some((word) => isLittleMoreThan(word, folded)))
    return 'is little more than a password that anybody would guess first; choose another';
  return null;
}

const differentCharacters = (text: string) => new Set(text).size;

/** Whether a word, repeated or lengthened by a year, is all there is to a password. Both are folded. */
const isLittleMoreThan = (word: string, password: string) =>
  word.length >= SHORTEST_WORD && differentCharacters(password.replaceAll(word, '')) < LEAST_OWN;

/** The common passwords that stand in this one. Asked by its parts: there are far fewer of them than of common passwords. */
function wordsOf(password: string, { words, longest }: Common): string[] {
  const found = new Set<string>();
  for (let start = 0; start < password.length; start += 1) {
    for (let end = start + SHORTEST_WORD; end <= Math.min(start + longest, password.length); end += 1) {
      const part = password.slice(start, end);
      if (words.has(part)) found.add(part);
    }
  }
  return [...found];
}

interface Common {
  words: ReadonlySet<string>;
  /** UTF-16 units of the longest. */
  longest: number;
}
let common: Promise<Common> | undefined;

/**
 * The 49,000 passwords used most. OWASP ASVS 5 (6.2.4) asks for the first 3,000 that the length allows; few of any list
 * have 15 characters, so a common one counts wherever it makes up a long one. Loaded with the first new password: few
 * processes ever see one.
 */
async function loadCommon(): Promise<Common> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const words = new Set([...dictionary['passwords-common'], ...ALSO_COMMON.split(/\s+/)].map(foldName));
  return { words, longest: Math.max(...[...words].map(({ length }) => length)) };
}
