import { inspect } from 'node:util';
import { keyNamed, vaultWith as vault } from './testing/sealed-sessions';
import { VaultError } from './token-vault';

const OLD = keyNamed('old');
const NEW = keyNamed('new');
const OWNER = { userId: 7, sessionId: '0b2f4f0e-6a53-4d0c-9d3c-000000000001' };
const TOKEN = 'a refresh token with ünïcödé';

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
    expect(vault(NEW, OLD).open(sealed, 'access', OWNER)).toBe(TOKEN);
    expect(vault(NEW, OLD).seal(TOKEN, 'access', OWNER)).toMatch(/^new:/);
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

  it('seals again under the first key, each token for the owner and kind that it was', () => {
    const before = vault(OLD);
    const sealed = {
      accessToken: before.seal('an access token', 'access', OWNER),
      refreshToken: null,
      idToken: before.seal('an ID token', 'id', OWNER),
    };
    const { accessToken, refreshToken, idToken } = vault(NEW, OLD).reseal(sealed, OWNER);
    expect(vault(NEW).open(accessToken, 'access', OWNER)).toBe('an access token');
    expect(refreshToken).toBeNull();
    expect(vault(NEW).open(idToken ?? '', 'id', OWNER)).toBe('an ID token');
    const swapped = { ...sealed, accessToken: sealed.idToken };
    expect(() => vault(NEW, OLD).reseal(swapped, OWNER)).toThrow(VaultError);
  });

  it('says in an error which row it is, and nothing of token, key or what is stored', () => {
    const sealed = vault(OLD).seal(TOKEN, 'refresh', OWNER);
    const secrets = [
      TOKEN,
      ...[OLD, NEW].map((key) => key.split(':')[1] ?? ''),
      ...sealed.split(':').slice(1),
    ];
    const unsealed = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';
    for (const [stored, keys] of [
      [sealed, [NEW]],
      [sealed, [`old:${NEW.split(':')[1]}`]],
      [sealed.slice(0, -4), [OLD]],
      [unsealed, [OLD]],
      [`${unsealed}:${unsealed}`, [OLD]],
    ] as const) {
      const error = errorOf(() => vault(...keys).open(stored, 'refresh', OWNER));
      expect(error).toBeInstanceOf(VaultError);
      for (const secret of [...secrets, unsealed]) expect(inspect(error)).not.toContain(secret);
    }
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
