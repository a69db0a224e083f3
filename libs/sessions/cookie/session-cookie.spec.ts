import { loadSettings, SettingsService } from '@cutover/config';
import { SessionCookie } from './session-cookie';

const KEYS = `k:${Buffer.alloc(32).toString('base64')}`;
const OLD = 'o'.repeat(32);
const NEW = 'n'.repeat(32);
const REFERENCE = { sessionId: '0b2f4f0e-6a53-4d0c-9d3c-000000000001', generation: 4 };

const cookie = (secrets: string, publicUrl = 'http://localhost:3000') =>
  new SessionCookie(
    new SettingsService(
      loadSettings({ LOCAL_JWT_SECRET: secrets, TOKEN_ENCRYPTION_KEYS: KEYS, PUBLIC_URL: publicUrl }),
    ),
  );

describe('the session cookie', () => {
  it('carries a session and a generation there and back', () => {
    expect(cookie(OLD).decode(cookie(OLD).encode(REFERENCE))).toEqual(REFERENCE);
  });

  it('yields the same value for the same generation, so that a lost answer can be given again', () => {
    expect(cookie(OLD).encode(REFERENCE)).toBe(cookie(OLD).encode(REFERENCE));
  });

  it('outlives a rotation of the secret while the old one is listed, and no longer', () => {
    const value = cookie(OLD).encode(REFERENCE);
    expect(cookie(`${NEW},${OLD}`).decode(value)).toEqual(REFERENCE);
    expect(cookie(NEW).decode(value)).toBeNull();
  });

  it('opens nothing that was altered or made up', () => {
    const value = cookie(OLD).encode(REFERENCE);
    const forged = [
      value.replace('.4.', '.5.'),
      value.replace('0001.', '0002.'),
      value.slice(0, -1),
      `${value}=`,
      '',
      'a.1.b',
      `${'-'.repeat(36)}.1.${'A'.repeat(43)}`,
    ];
    for (const other of forged) expect(cookie(OLD).decode(other)).toBeNull();
    expect(cookie(OLD).decode(undefined)).toBeNull();
  });

  it('opens nothing once any one character of it is another, in spelling alone too, and carries 256 bits of a MAC', () => {
    const ours = cookie(OLD);
    const value = ours.encode(REFERENCE);
    const opened: string[] = [];
    for (let at = 0; at < value.length; at += 1) {
      for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.') {
        const other = value.slice(0, at) + char + value.slice(at + 1);
        if (other !== value && ours.decode(other) !== null) opened.push(other);
      }
    }
    expect(opened).toEqual([]);
    expect(Buffer.from(value.split('.')[2] ?? '', 'base64url')).toHaveLength(32);
  });

  it('takes the __Host- prefix where the portal is on https', () => {
    expect(cookie(OLD)).toMatchObject({ name: 'cutover_session', attributes: { secure: false } });
    expect(cookie(OLD, 'https://portal.example')).toMatchObject({
      name: '__Host-cutover_session',
      attributes: { httpOnly: true, sameSite: 'strict', secure: true },
    });
  });
});
