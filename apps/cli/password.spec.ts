import { passwordFault } from '@cutover/users';
import { faultIn } from './commands/users/password';
import { Cutover } from './testing/cutover';

describe('the password of cutover users add', () => {
  const rule = (password: string) => passwordFault(password, 'ada');

  it.each([
    ['a short one', 'Glass-Hammer-1', 'at least 15 characters'],
    ['one longer than sign-in takes', 'x'.repeat(1025), 'at most 1024 characters'],
    ['a second line', 'Secret-One-1 and\nSecret-Two-2', 'one line'],
    ['an escape sequence', 'Secret\x1b[A-One-1', 'control characters'],
  ])('is refused: %s', async (_what, password, reason) => {
    expect(await faultIn(password, rule)).toContain(reason);
  });

  it.each(['Glass-Hammer-14', ' with spaces around ', '非常時にはこの硝子を割ってください'])(
    'may be %j',
    async (password) => {
      expect(await faultIn(password, rule)).toBeNull();
    },
  );
});

describe('the password of cutover users add, on standard input', () => {
  const add = ['users', 'add', '--username', 'ada', '--password-stdin', '--dry-run'];
  let cutover: Cutover;
  beforeAll(() => {
    cutover = new Cutover({ DATABASE_URL: 'sqlite:cutover.sqlite' });
  });
  afterAll(() => cutover.remove());

  it.each([
    ['nothing', '', 'standard input was empty'],
    ['a NUL, which sign-in refuses', 'Secret\0One-1\n', 'must not contain NUL'],
    ['Latin-1', Buffer.from('Secret-\u00e9t\u00e9-1', 'latin1'), 'UTF-8'],
    ['more than anybody types', Buffer.alloc(1_000_000, 'Secret-1'), 'at most 1024 characters'],
  ])('is refused without being shown: %s', async (_what, input, reason) => {
    const { exit, code, detail } = await cutover.refusal(add, input);
    expect({ exit, code }).toEqual({ exit: 2, code: 'validation_failed' });
    expect(detail).toContain(reason);
    expect(cutover.output).not.toContain('Secret');
  });

  it('is asked for where nobody sends one', async () => {
    const { stderr, code } = await cutover.runSilently(add, /Waiting for the password/);
    expect(stderr).toContain('Waiting for the password on standard input …');
    expect(code).toBe(2);
  });
});
