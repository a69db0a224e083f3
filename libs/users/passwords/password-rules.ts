import { foldName } from '../names/fold-name';

/** Characters, NIST SP 800-63B section 5.1.1.2. */
const SHORTEST = 8;
/** UTF-16 units, as many as sign-in takes (libs/auth/sign-in). */
const LONGEST = 1024;
/** Characters that must be left once what anybody would guess first is taken away. */
const LEAST_OWN = 4;

/** What is tried first, of at least {@link SHORTEST} characters; folded. */
const COMMON = new Set(
  `12345678 123456789 1234567890 12345679 87654321 987654321 0987654321 11111111 00000000 88888888 12341234
   11223344 123123123 aaaaaaaa abcdefgh abcd1234 abc12345 a1b2c3d4 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qwertyui
   qwertyuiop qwerty12 qwerty123 qwertz123 asdfghjk asdfghjkl zxcvbnm1 q1w2e3r4 qazwsxedc password password1
   password12 password123 password! passw0rd p@ssw0rd p@ssword pa$$word passwort passwort1 kennwort letmein1
   letmein! welcome1 welcome123 willkommen iloveyou iloveyou1 sunshine princess football baseball superman
   starwars trustno1 michelle jennifer computer internet whatever dragon123 monkey123 master123 admin123
   admin1234 administrator changeme changeme1 changeme123 secret123 test1234 testtest default1 google123`
    .split(/\s+/)
    .map(foldName),
);

/** Words of this place, which a list of what is common elsewhere lacks. */
const CONTEXT = ['cutover', 'password'];

/**
 * The rules of NIST SP 800-63B section 5.1.1.2: a length, and nothing that is guessed first; no rule of composition.
 *
 * @param username whose password it is to be
 * @returns what is wrong with it, in words that follow "password: "; never the password
 */
export function passwordFault(password: string, username: string): string | null {
  if (/\p{Cc}/u.test(password)) return 'must not contain NUL or other control characters';
  if ([...password].length < SHORTEST) return `expects at least ${SHORTEST} characters`;
  if (password.length > LONGEST) return `expects at most ${LONGEST} characters`;
  const folded = foldName(password);
  if (COMMON.has(folded)) return 'is one of the first that anybody would guess; choose another';
  const guessable = [foldName(username), ...CONTEXT].some(
    (word) =>
      word.length >= 3 && folded.includes(word) && [...folded.replaceAll(word, '')].length < LEAST_OWN,
  );
  return guessable ? 'is little more than the username or a word of this site; choose another' : null;
}
