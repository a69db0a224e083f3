import { randomBytes } from 'node:crypto';
import { loadSettings, SettingsService } from '@cutover/config';
import { TokenVault, VaultError } from './token-vault';

const OLD = `old:${randomBytes(32).toString('base64')}`;
const NEW = `new:${randomBytes(32).toString('base64')}`;
const OWNER = { userId: 7, sessionId: '0b2f4f0e-6a53-4d0c-9d3c-000000000001' };
const TOKEN = 'a refresh token with ünïcödé';

const vault = (keys: string) =>
  new TokenVault(
    new SettingsService(loadSettings({ LOCAL_JWT_SECRET: 'x'.repeat(32), TOKEN_ENCRYPTION_KEYS: keys })),
  );

describe('the token vault', () => {
  it('opens what it sealed, for the same owner and kind', () => {
    const sealed = vault(OLD).seal(TOKEN, 'refresh', OWNER);
    expect(vault(OLD).open(sealed, 'refresh', OWNER)).toBe(TOKEN);
  });

  it('hides the token and never repeats itself', () => {
    const [first, second] = [
      vault(OLD).seal(TOKEN, 'refresh', OWNER),
      vault(OLD).seal(TOKEN, 'refresh', OWNER),
    ];
    expect(first).not.toContain('refresh');
    expect(first).not.toBe(second);
  });

  it('seals under the first key and still opens what an older one sealed', () => {
    const sealed = vault(OLD).seal(TOKEN, 'access', OWNER);
    expect(vault(`${NEW},${OLD}`).open(sealed, 'access', OWNER)).toBe(TOKEN);
    expect(vault(`${NEW},${OLD}`).seal(TOKEN, 'access', OWNER)).toMatch(/^new:/);
  });

  it.each([
    ['another user', 'refresh', { ...OWNER, userId: 8 }],
    ['another session', 'refresh', { ...OWNER, sessionId: '0b2f4f0e-6a53-4d0c-9d3c-000000000002' }],
    ['another kind', 'access', OWNER],
  ] as const)('does not open a token that was moved to %s', (_place, kind, owner) => {
    const sealed = vault(OLD).seal(TOKEN, 'refresh', OWNER);
    expect(() => vault(OLD).open(sealed, kind, owner)).toThrow(VaultError);
  });

  it('does not open what was altered, truncated or is of an unknown key', () => {
    const sealed = vault(OLD).seal(TOKEN, 'refresh', OWNER);
    const last = sealed.at(-1) === 'A' ? 'B' : 'A';
    for (const broken of [
      sealed.slice(0, -10),
      `${sealed.slice(0, -3)}${last}${sealed.slice(-2)}`,
      'old:',
      '',
      sealed.replace('old', 'new'),
    ]) {
      expect(() => vault(OLD).open(broken, 'refresh', OWNER)).toThrow(VaultError);
    }
    expect(() => vault(NEW).open(sealed, 'refresh', OWNER)).toThrow('no key named "old"');
  });
});
