import { passwordFault } from './password-rules';

describe('a new password', () => {
  it.each([
    ['7 characters', 'Secret7', 'at least 8 characters'],
    ['one longer than sign-in takes', 'x'.repeat(1025), 'at most 1024 characters'],
    ['a control character', 'Secret\x1b[A-One-1', 'control characters'],
    ['a common one, whatever its case', 'PassWord123', 'first that anybody would guess'],
    ['one of the 3,000 most used', 'butterfly', 'first that anybody would guess'],
    ['one of the last of them', 'moschino', 'first that anybody would guess'],
    ['a run of another keyboard', 'qwertz123', 'first that anybody would guess'],
    ['the username', 'Augusta.Ada', 'little more than the username'],
    ['the username with a year', 'augusta.ada1', 'little more than the username'],
    ['the name of the site', 'Cutover1!', 'a word of this site'],
  ])('is refused: %s', async (_what, password, reason) => {
    expect(await passwordFault(password, 'augusta.ada')).toContain(reason);
  });

  it.each(['Secret-8', 'no composition rules here', '漢字かな交じり文', 'augusta.ada-and-more'])(
    'may be %j',
    async (password) => {
      expect(await passwordFault(password, 'augusta.ada')).toBeNull();
    },
  );
});
