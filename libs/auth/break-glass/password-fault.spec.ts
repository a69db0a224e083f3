import { passwordFault } from './password-fault';

describe('a break-glass password', () => {
  it.each([
    ['fourteen characters', 'Glass-Hammer-1', 'at least 15 characters'],
    ['15 UTF-16 units that are fewer characters', '🔑🗝️🚪🪟🔨🧯🚨', 'at least 15 characters'],
    ['a held-down key', 'a'.repeat(40), 'at least 8 different characters'],
    ['the name in another case', 'My-RESCUE-account-2026', 'must not contain the name'],
    ['an escape sequence', 'Break\x1b[A-the-glass-2026', 'control characters'],
    ['more than sign-in takes', 'abcdefgh'.repeat(129), 'at most 1024 characters'],
  ])('is not %s', (_what, password, fault) => {
    expect(passwordFault(password, 'rescue')).toContain(fault);
  });

  it.each(['Glass-Hammer-14', 'with spaces and a long enough text', '非常時にはこの硝子を割ってください今'])(
    'may be %j',
    (password) => {
      expect(passwordFault(password, 'rescue')).toBeNull();
    },
  );
});
