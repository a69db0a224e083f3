import type { OwnSession } from '@cutover/contracts';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { Clock } from './testing/clock';
import type { Client } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const BOB = { username: 'bob', password: 'Difference-Engine-1822' };
const OLGA = { username: 'olga', password: 'Keep-The-Keys-2026', role: 'admin' as const };
const GRACE = { username: 'grace', password: 'Nanosecond-Wire-1952' };
const UNKNOWN = '0b2f4f0e-6a53-4d0c-9d3c-000000000001';

const clock = new Clock();
afterEach(() => {
  clock.restore();
});

describeOnEachEngine('the list of sessions', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let adaId: number;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), standIn.settings());
    adaId = await api.addPerson(ADA);
    await api.addPerson(BOB);
    await api.addPerson(OLGA);
    const graceId = await api.addPerson({ username: GRACE.username, password: null });
    await api.get(UserRepository).setPin(graceId, 'external', { by: 'a test' });
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });
  afterEach(async () => {
    for (const person of [ADA, BOB]) await end(await signedIn(person));
  });

  const signedIn = async (
    { username, password }: { username: string; password: string },
    userAgent = 'test',
  ) => {
    const client = api.client();
    const answer = await client.signIn(username, password, { 'user-agent': userAgent });
    expect(answer.status).toBe(200);
    return client;
  };
  const page = async (client: Client, query = '') => {
    const answer = await client.call('GET', `/api/auth/sessions${query}`);
    expect(answer.status).toBe(200);
    return answer.body as unknown as { items: OwnSession[]; nextCursor: string | null };
  };
  const end = (client: Client, id?: string, headers: Record<string, string> = {}) =>
    client.call('DELETE', `/api/auth/sessions${id === undefined ? '' : `/${id}`}`, { headers });
  const idOf = async (client: Client) => (await page(client)).items.find(({ current }) => current)?.id ?? '';

  it('says of each where, with what and until when, and which one asks', async () => {
    await signedIn(ADA, 'Telephone/1.0');
    const client = await signedIn(ADA, 'Desk/2.0');
    const answer = await client.call('GET', '/api/auth/sessions');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const instant = expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/);
    const about = { createdAt: instant, lastUsedAt: instant, expiresAt: instant, authMode: 'local' };
    const seen = { id: expect.any(String), address: '127.0.0.1', ...about };
    expect(answer.body).toEqual({
      items: expect.arrayContaining([
        { ...seen, userAgent: 'Desk/2.0', current: true },
        { ...seen, userAgent: 'Telephone/1.0', current: false },
      ]),
      nextCursor: null,
    });
  });

  it('holds what lives: no other person’s, none that ended, ran idle or ran out', async () => {
    await signedIn(BOB);
    await (await signedIn(ADA)).signOut();
    await signedIn(ADA);
    clock.advance({ minutes: 31 });
    const client = await signedIn(ADA);
    expect((await page(client)).items).toMatchObject([{ current: true }]);
  });

  it('comes a page at a time, each session once, the latest sign-in first', async () => {
    const devices = ['one', 'two', 'three', 'four', 'five'];
    let client!: Client;
    for (const device of devices) {
      client = await signedIn(ADA, device);
      clock.advance({ seconds: 1 });
    }
    const seen: OwnSession[] = [];
    let cursor: string | null = null;
    do {
      const { items, nextCursor } = await page(
        client,
        `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...items);
      cursor = nextCursor;
    } while (cursor !== null);
    expect(seen.map(({ userAgent }) => userAgent)).toEqual(devices.reverse());
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=elsewhere', 'offset=1'])(
    'refuses ?%s',
    async (query) => {
      const client = await signedIn(ADA);
      expect(await client.call('GET', `/api/auth/sessions?${query}`)).toMatchObject({
        status: 400,
        code: 'validation_failed',
      });
    },
  );

  it('asks for a bearer token, whatever the cookie', async () => {
    const client = await signedIn(ADA);
    const id = await idOf(client);
    const stranger = client.copy();
    stranger.accessToken = null;
    for (const answer of [
      await stranger.call('GET', '/api/auth/sessions'),
      await end(stranger),
      await end(stranger, id),
    ]) {
      expect(answer).toMatchObject({ status: 401, code: 'not_authenticated' });
    }
    expect((await client.me()).status).toBe(200);
  });

  describe('ends', () => {
    it('another device at once, cookie and access token, as often as asked; this one goes on', async () => {
      const [phone, desk] = [await signedIn(ADA), await signedIn(ADA)];
      const id = await idOf(phone);
      for (const _ of ['first', 'again'])
        expect(await end(desk, id)).toMatchObject({ status: 204, text: '' });
      expect(desk.cookie).not.toBeNull();
      expect((await phone.me()).code).toBe('session_expired');
      expect((await phone.refresh()).code).toBe('session_expired');
      expect((await desk.me()).status).toBe(200);
      expect((await page(desk)).items).toHaveLength(1);
    });

    it('this one, and forgets its cookie', async () => {
      const client = await signedIn(ADA);
      expect((await end(client, await idOf(client))).status).toBe(204);
      expect(client.cookie).toBeNull();
      expect((await client.me()).code).toBe('session_expired');
    });

    it('nobody else’s: their id looks like one that never was', async () => {
      const [ada, bob] = [await signedIn(ADA), await signedIn(BOB)];
      const ids = [
        await idOf(bob),
        UNKNOWN,
        'no-uuid',
        `${await idOf(ada)}%20`,
        (await idOf(ada)).toUpperCase(),
      ];
      const answers = await Promise.all(ids.map((id) => end(ada, id)));
      const neutral = answers.map(({ status, body: { code, detail, title } }) => ({
        status,
        code,
        detail,
        title,
      }));
      expect(neutral[0]).toMatchObject({ status: 404, code: 'not_found' });
      expect(new Set(neutral.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect((await bob.me()).status).toBe(200);
      expect((await ada.me()).status).toBe(200);
    });

    it('all of them, this one included, and none of another person', async () => {
      const [phone, desk, bob] = [await signedIn(ADA), await signedIn(ADA), await signedIn(BOB)];
      expect(await end(desk)).toMatchObject({ status: 204, text: '' });
      expect(desk.cookie).toBeNull();
      for (const client of [phone, desk]) expect((await client.me()).code).toBe('session_expired');
      expect((await bob.me()).status).toBe(200);
    });

    it('nothing for another site’s page', async () => {
      const client = await signedIn(ADA);
      const foreign: Record<string, string>[] = [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of foreign) {
        for (const id of [undefined, await idOf(client)]) {
          expect(await end(client, id, headers)).toMatchObject({ status: 403, code: 'forbidden' });
        }
      }
      expect((await client.me()).status).toBe(200);
    });

    it('at the provider too', async () => {
      const [phone, desk] = [await signedIn(GRACE), await signedIn(GRACE)];
      const before = (await standIn.control.state()).calls.logout;
      await end(desk, await idOf(phone));
      const deadline = Date.now() + 5000;
      let calls = before;
      while (calls === before && Date.now() < deadline) calls = (await standIn.control.state()).calls.logout;
      expect(calls).toBe(before + 1);
      expect((await phone.me()).status).toBe(401);
      expect((await desk.me()).status).toBe(200);
    });
  });

  describe('of another person', () => {
    const endAllOf = (client: Client, userId: unknown) =>
      client.call('DELETE', `/api/admin/users/${String(userId)}/sessions`);

    it('is ended by an administrator, who may do so again; the person may sign in anew', async () => {
      const olga = await signedIn(OLGA);
      const clients = [await signedIn(ADA), await signedIn(ADA)];
      for (const _ of ['first', 'again']) {
        expect(await endAllOf(olga, adaId)).toMatchObject({ status: 204, text: '' });
      }
      for (const client of clients) {
        expect((await client.me()).code).toBe('session_expired');
        expect((await client.refresh()).code).toBe('session_expired');
      }
      expect((await olga.me()).status).toBe(200);
      expect((await (await signedIn(ADA)).me()).status).toBe(200);
    });

    it('is ended by nobody else, and not for nobody', async () => {
      const [olga, ada, bob] = [await signedIn(OLGA), await signedIn(ADA), await signedIn(BOB)];
      expect(await endAllOf(bob, adaId)).toMatchObject({ status: 403, code: 'forbidden' });
      expect(await endAllOf(api.client(), adaId)).toMatchObject({ status: 401, code: 'not_authenticated' });
      expect(await endAllOf(olga, 999_999)).toMatchObject({ status: 404, code: 'not_found' });
      expect(await endAllOf(olga, 'ada')).toMatchObject({ status: 400, code: 'validation_failed' });
      expect((await ada.me()).status).toBe(200);
    });
  });
});
