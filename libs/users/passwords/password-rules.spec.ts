import { passwordFault } from './password-rules';

/** NIST SP 800-63B-4 section 3.1.1.2 and OWASP ASVS 5.0.0 V6.2; what is said of each follows "password: ". */
describe('a new password', () => {
  it.each([
    ['14 characters', 'Glass-Hammer-1', 'at least 15 characters'],
    ['15 UTF-16 units that are fewer characters', '🔑🗝️🚪🪟🔨🧯🚨', 'at least 15 characters'],
    [
      'one longer than sign-in takes',
      `${'x'.repeat(1000)}${'Glass-Hammer-14'.repeat(2)}`,
      'at most 1024 characters',
    ],
    ['a control character', 'Secret\x1b[A-One-and-Two-1', 'control characters'],
    ['a held-down key', 'a'.repeat(40), 'at least 6 different characters'],
    ['a common one twice, whatever its case', 'butterflyButterfly', 'anybody would guess'],
    ['a common one, lengthened', 'Manchester-2026', 'anybody would guess'],
    ['one of the last of the list, lengthened', 'moschinomoschino', 'anybody would guess'],
    ['a run of digits', '123456789012345', 'anybody would guess'],
    ['a run of a keyboard', 'qwertyuiopasdfg', 'anybody would guess'],
    ['a run of another keyboard', 'qwertz123qwertz', 'anybody would guess'],
    ['the username twice', 'Augusta.Ada.augusta.ada', 'little more than the username'],
    ['the username with a year', 'augusta.ada2026', 'little more than the username'],
    ['the names of the site', 'Cutover-cutover-2026', 'a word of this site'],
    ['the word itself', 'password-password', 'a word of this site'],
  ])('is refused: %s', async (_what, password, reason) => {
    expect(await passwordFault(password, 'augusta.ada')).toContain(reason);
  });

  it('is refused where it is one of the 3,000 most used, repeated until it is long enough', async () => {
    const { dictionary } = await import('@zxcvbn-ts/language-common');
    const accepted: string[] = [];
    for (const word of dictionary['passwords-common'].slice(0, 3000)) {
      const password = word.repeat(Math.ceil(15 / word.length));
      if ((await passwordFault(password, 'augusta.ada')) === null) accepted.push(word);
    }
    expect(accepted).toEqual([]);
  });

  it.each([
    'Glass-Hammer-14',
    'no composition rules here',
    '非常時にはこの硝子を割ってください',
    '7394 0182 5561 7',
    'correct horse battery staple',
    'augusta.ada-and-more',
    'Glass-Hammer-14'.padEnd(1024, ' and so on'),
  ])('may be %j', async (password) => {
    expect(await passwordFault(password, 'augusta.ada')).toBeNull();
  });
});
