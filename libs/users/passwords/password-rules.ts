import { foldName } from '../names/fold-name';

/** Characters, NIST SP 800-63B section 5.1.1.2. */
const SHORTEST = 8;
/** UTF-16 units, as many as sign-in takes (libs/auth/sign-in). */
const LONGEST = 1024;
/** Characters that must be left once what anybody would guess first is taken away. */
const LEAST_OWN = 4;

/** Runs that every list of its country or keyboard has, and the international one lacks; folded. */
const ALSO_COMMON = `87654321 987654321 0987654321 00000000 88888888 12341234 123123123 aaaaaaaa abcdefgh qwertz123
   asdfghjklö p@ssword pa$$word letmein! willkommen admin1234 changeme123`;

/** Words of this place, which a list of what is common elsewhere lacks. */
const CONTEXT = ['cutover', 'password'];

/**
 * The rules of NIST SP 800-63B section 5.1.1.2: a length, and nothing that is guessed first; no rule of composition.
 *
 * @param username whose password it is to be
 * @returns what is wrong with it, in words that follow "password: "; never the password
 */
export async function passwordFault(password: string, username: string): Promise<string | null> {
  if (/\p{Cc}/u.test(password)) return 'must not contain NUL or other control characters';
  if ([...password].length < SHORTEST) return `expects at least ${SHORTEST} characters`;
  if (password.length > LONGEST) return `expects at most ${LONGEST} characters`;
  const folded = foldName(password);
  common ??= loadCommon();
  if ((await common).has(folded)) return 'is one of the first that anybody would guess; choose another';
  const guessable = [foldName(username), ...CONTEXT].some(
    (word) =>
      word.length >= 3 && folded.includes(word) && [...folded.replaceAll(word, '')].length < LEAST_OWN,
  );
  return guessable ? 'is little more than the username or a word of this site; choose another' : null;
}

let common: Promise<ReadonlySet<string>> | undefined;

/**
 * The passwords used most, of which OWASP ASVS 5 (6.2.4) asks for the first 3,000 that a length of eight allows; the list
 * has some 18,000. Loaded with the first new password: few processes ever see one.
 */
async function loadCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const usable = dictionary['passwords-common'].filter((password) => password.length >= SHORTEST);
  return new Set([...usable, ...ALSO_COMMON.split(/\s+/)].map(foldName));
}
