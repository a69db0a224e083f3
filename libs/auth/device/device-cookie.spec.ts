import { loadSettings, SettingsService } from '@cutover/config';
import { DeviceCookie } from './device-cookie';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T08:00:00Z');
const [OLD, NEW] = ['the-old-secret-of-more-than-32-bytes!', 'the-new-secret-of-more-than-32-bytes!'];

const cookieUnder = (secrets: string, publicUrl = 'http://localhost:3000') =>
  new DeviceCookie(
    new SettingsService(
      loadSettings({
        NODE_ENV: 'test',
        PUBLIC_URL: publicUrl,
        LOCAL_JWT_SECRET: secrets,
        TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
      }),
    ),
  );

const person = (id: number, credentialsChangedAt: number | null = null) => ({ id, credentialsChangedAt });

describe('a known device', () => {
  const cookie = cookieUnder(OLD);
  const ofAda = cookie.remember(undefined, person(7), NOW);

  it('is known for the person who signed in with it, and for nobody else', () => {
    expect(cookie.deviceOf(ofAda, person(7), NOW)).toMatch(/^[\w-]{22}$/);
    expect(cookie.deviceOf(ofAda, person(8), NOW)).toBeNull();
    expect(cookie.deviceOf(undefined, person(7), NOW)).toBeNull();
  });

  it('is known for 90 days', () => {
    expect(cookie.deviceOf(ofAda, person(7), NOW + 90 * DAY - 1000)).not.toBeNull();
    expect(cookie.deviceOf(ofAda, person(7), NOW + 90 * DAY)).toBeNull();
  });

  it('is known no more once what its owner signs in with has changed, until they sign in with it again', () => {
    expect(cookie.deviceOf(ofAda, person(7, NOW - 1), NOW)).not.toBeNull();
    for (const changedAt of [NOW, NOW + 5, NOW + 999]) {
      const ada = person(7, changedAt);
      expect(cookie.deviceOf(ofAda, ada, NOW + 2000)).toBeNull();
      const again = cookie.remember(ofAda, ada, changedAt);
      expect(cookie.deviceOf(again, ada, changedAt)).not.toBeNull();
    }
  });

  it('remembers the five people of a shared machine who signed in last, each under a new id', () => {
    let value: string | undefined;
    for (const userId of [1, 2, 3, 4, 5, 6, 2]) value = cookie.remember(value, person(userId), NOW);
    const known = [1, 2, 3, 4, 5, 6].filter((userId) => cookie.deviceOf(value, person(userId), NOW) !== null);
    expect(known).toEqual([2, 3, 4, 5, 6]);
    const again = cookie.remember(value, person(2), NOW);
    expect(cookie.deviceOf(again, person(2), NOW)).not.toBe(cookie.deviceOf(value, person(2), NOW));
  });

  it.each([
    ['for another person', (entry: string) => entry.replace(/^7\./, '8.'), 8],
    ['with another id', (entry: string) => entry.replace(/\.[\w-]{22}\./, `.${'A'.repeat(22)}.`), 7],
    ['made younger', (entry: string) => entry.replace(/\.\d{10}\./, '.9999999999.'), 7],
    ['cut', (entry: string) => entry.slice(0, -1), 7],
    ['without a MAC', (entry: string) => entry.replace(/[\w-]{43}$/, ''), 7],
    ['of noise', () => '~.~', 7],
  ])('is not known by an entry %s', (_how, forge, userId) => {
    const forged = forge(ofAda);
    expect(forged).not.toBe(ofAda);
    expect(cookie.deviceOf(forged, person(userId), NOW)).toBeNull();
    expect(cookie.deviceOf(`${forged}~${ofAda}`, person(7), NOW)).toBe(
      cookie.deviceOf(ofAda, person(7), NOW),
    );
  });

  it('stays known while its secret is in the list', () => {
    expect(cookieUnder(`${NEW},${OLD}`).deviceOf(ofAda, person(7), NOW)).not.toBeNull();
    expect(cookieUnder(NEW).deviceOf(ofAda, person(7), NOW)).toBeNull();
  });

  it('has a __Host- cookie where the portal is on https', () => {
    expect(cookie).toMatchObject({ name: 'cutover_device', attributes: { secure: false } });
    expect(cookieUnder(OLD, 'https://portal.contoso.example')).toMatchObject({
      name: '__Host-cutover_device',
      attributes: { path: '/', httpOnly: true, sameSite: 'strict', secure: true, maxAge: 7_776_000 },
    });
  });
});
