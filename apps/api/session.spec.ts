import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { Database } from '@cutover/database';
import { UserRepository } from '@cutover/users';
import { decodeJwt } from 'jose';
import { Clock } from './testing/clock';
import type { Answer } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843', fullName: 'Ada Lovelace' };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';

const sessionCookieOf = ({ headers }: Answer) =>
  headers.getSetCookie().find((cookie) => cookie.includes('cutover_session='));

const clock = new Clock();
afterEach(() => {
  clock.restore();
});

describeOnEachEngine('a session', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), standIn.settings());
    await api.addPerson(ADA);
    await api
      .get(UserRepository)
      .setPin(await api.addPerson({ username: 'grace', password: null }), 'external', { by: 'a test' });
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const signedIn = async (username = ADA.username, password = ADA.password) => {
    const client = api.client();
    expect((await client.signIn(username, password)).status).toBe(200);
    return client;
  };

  describe('cookie', () => {
    it('is HttpOnly, SameSite=Strict, for the whole origin, and forgotten when the browser closes', async () => {
      const cookie = sessionCookieOf(await api.client().signIn(ADA.username, ADA.password));
      expect(cookie).toMatch(/^cutover_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
    });

    it('is a __Host- cookie and Secure where the portal is on https', async () => {
      await api.restart({ PUBLIC_URL: 'https://portal.contoso.example' });
      const cookie = sessionCookieOf(await api.client().signIn(ADA.username, ADA.password));
      expect(cookie).toMatch(/^__Host-cutover_session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      await api.restart({ PUBLIC_URL: 'http://localhost:3000' });
    });

    it('changes at every refresh, and each new access token works', async () => {
      const client = await signedIn();
      const seen = new Set([client.cookie]);
      for (const _ of [1, 2, 3]) {
        expect(await client.refresh()).toMatchObject({
          status: 200,
          body: { user: { name: 'Ada Lovelace' } },
        });
        expect((await client.me()).status).toBe(200);
        seen.add(client.cookie);
      }
      expect(seen.size).toBe(4);
    });

    it('has one absolute end, which no refresh moves, and says how long it may rest', async () => {
      const client = api.client();
      const { body } = await client.signIn(ADA.username, ADA.password);
      expect(body['idleTimeout']).toBe(1800);
      const { body: list } = await client.call('GET', '/api/auth/sessions?limit=1');
      expect(list['items']).toEqual([expect.objectContaining({ expiresAt: body['sessionExpiresAt'] })]);
      clock.advance({ minutes: 5 });
      expect((await client.refresh()).body['sessionExpiresAt']).toBe(body['sessionExpiresAt']);
    });

    it('may be used again when the answer was lost, and leads to the same successor', async () => {
      const client = await signedIn();
      const lost = client.copy();
      await lost.refresh();
      clock.advance({ minutes: 5 });
      await client.refresh();
      expect(client.cookie).toBe(lost.cookie);
    });

    it('serves parallel tabs alike', async () => {
      const client = await signedIn();
      const tabs = Array.from({ length: 5 }, () => client.copy());
      const answers = await Promise.all(tabs.map((tab) => tab.refresh()));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      expect(new Set(tabs.map(({ cookie }) => cookie)).size).toBe(1);
    });

    it('ends the session for everybody when a replaced one is replayed', async () => {
      const client = await signedIn();
      const thief = client.copy();
      await client.refresh();
      await client.refresh();
      clock.advance({ seconds: 11 });
      expect(await thief.refresh()).toMatchObject({ status: 401, code: 'session_reused' });
      expect(thief.cookie).toBeNull();
      expect(await client.refresh()).toMatchObject({ status: 401, code: 'session_reused' });
      expect((await client.me()).status).toBe(401);
    });

    it('is told from none, from a forged one and from one of a session that is over', async () => {
      const stranger = api.client();
      expect(await stranger.refresh()).toMatchObject({ status: 401, code: 'not_authenticated' });
      stranger.cookie =
        'cutover_session=0b2f4f0e-6a53-4d0c-9d3c-000000000001.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
      expect(await stranger.refresh()).toMatchObject({ status: 401, code: 'token_invalid' });
      const client = await signedIn();
      const copy = client.copy();
      await client.signOut();
      expect(await copy.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
    });
  });

  describe('end', () => {
    it('comes with sign-out, for the cookie and the access token at once, as often as one signs out', async () => {
      const client = await signedIn();
      const kept = client.copy();
      expect(await client.signOut()).toMatchObject({ status: 204, text: '' });
      expect(client.cookie).toBeNull();
      expect(await kept.me()).toMatchObject({ status: 401, code: 'session_expired' });
      expect(await kept.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
      expect((await client.signOut()).status).toBe(204);
    });

    it('comes after the idle timeout, which any use puts off', async () => {
      const client = await signedIn();
      for (const _ of [1, 2, 3]) {
        clock.advance({ minutes: 14 });
        expect((await client.refresh()).status).toBe(200);
        expect((await client.me()).status).toBe(200);
      }
      clock.advance({ minutes: 31 });
      expect(await client.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
    });

    it('comes after the absolute timeout, whatever the use', async () => {
      const client = await signedIn();
      for (let hours = 0; hours < 11.7; hours += 0.25) {
        clock.advance({ minutes: 15 });
        expect((await client.refresh()).status).toBe(200);
      }
      clock.advance({ minutes: 15 });
      expect(await client.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
    });

    it('comes for the session before when somebody signs in anew on the same browser', async () => {
      const client = await signedIn();
      const before = client.copy();
      await client.signIn(ADA.username, ADA.password);
      expect(client.cookie).not.toBe(before.cookie);
      expect(client.accessToken).not.toBe(before.accessToken);
      expect((await before.me()).code).toBe('session_expired');
      expect((await before.refresh()).status).toBe(401);
      expect((await client.me()).status).toBe(200);
    });
  });

  describe('on the external side', () => {
    afterEach(() => standIn.control.resetFaults());

    it('hands out the access token of Azure AD itself, and nothing else of it', async () => {
      const { body, text } = await api.client().signIn('grace', GRACE_PASSWORD);
      expect(decodeJwt(String(body['accessToken']))).toMatchObject({
        ver: '2.0',
        aud: 'api://cutover',
        oid: expect.any(String),
      });
      expect(Object.keys(body).sort()).toEqual(
        [
          'accessToken',
          'authMode',
          'expiresIn',
          'idleTimeout',
          'sessionExpiresAt',
          'tokenType',
          'user',
        ].sort(),
      );
      expect(text).not.toMatch(/refresh_?token|id_?token/i);
    });

    it('does not ask the provider again while its token is fresh', async () => {
      const client = await signedIn('grace', GRACE_PASSWORD);
      const before = (await standIn.control.state()).calls.refresh;
      const first = client.accessToken;
      await client.refresh();
      expect(client.accessToken).toBe(first);
      expect((await standIn.control.state()).calls.refresh).toBe(before);
    });

    describe('with short-lived tokens', () => {
      let hasty: StandInProcess;
      beforeAll(async () => {
        hasty = await startStandIn({ AUTH_API_TOKEN_LIFETIME: '120' });
        await api.restart(hasty.settings());
      });
      afterAll(async () => {
        await api.restart(standIn.settings());
        await hasty.stop();
      });

      it('refreshes at the provider ahead of expiry, once for parallel tabs', async () => {
        const client = await signedIn('grace', GRACE_PASSWORD);
        const first = client.accessToken;
        const before = (await hasty.control.state()).calls.refresh;
        clock.advance({ seconds: 70 });
        const tabs = [client.copy(), client.copy(), client.copy()];
        const answers = await Promise.all(tabs.map((tab) => tab.refresh()));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
        expect((await hasty.control.state()).calls.refresh).toBe(before + 1);
        expect(tabs[0]?.accessToken).not.toBe(first);
        expect((await client.me()).status).toBe(200);
      });

      it('goes on with what is left of the token while the provider is down', async () => {
        const client = await signedIn('grace', GRACE_PASSWORD);
        clock.advance({ seconds: 70 });
        await hasty.control.setFaults({ outage: true });
        expect((await client.refresh()).status).toBe(200);
        expect((await client.me()).status).toBe(200);
        await hasty.control.resetFaults();
      });

      it('ends when the provider takes the grant back', async () => {
        const client = await signedIn('grace', GRACE_PASSWORD);
        clock.advance({ seconds: 70 });
        await hasty.control.setFaults({ refusals: { grace: 700082 } });
        expect(await client.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
        expect((await client.me()).status).toBe(401);
      });
    });

    it('keeps the provider’s tokens from whoever reads the database', async () => {
      const client = await signedIn('grace', GRACE_PASSWORD);
      const rows = await api.get(Database).query(`SELECT * FROM cutover_provider_tokens`);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(client.accessToken);
      expect(JSON.stringify(rows)).not.toMatch(/eyJ[\w-]+\.eyJ/);
    });

    it('is over at the provider too after sign-out', async () => {
      const client = await signedIn('grace', GRACE_PASSWORD);
      const before = (await standIn.control.state()).calls.logout;
      await client.signOut();
      const deadline = Date.now() + 5000;
      let calls = before;
      while (calls === before && Date.now() < deadline) calls = (await standIn.control.state()).calls.logout;
      expect(calls).toBe(before + 1);
    });
  });

  describe('bearer tokens', () => {
    it.each([
      ['none at all', null, 'not_authenticated'],
      ['not a JWT', 'abc', 'token_invalid'],
      ['alg none', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjMwMDAifQ.', 'token_invalid'],
    ])('%s', async (_case, token, code) => {
      const client = api.client();
      client.accessToken = token;
      const answer = await client.me();
      expect(answer).toMatchObject({ status: 401, code });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    });

    it('are refused when altered, and when spelt in another way', async () => {
      const client = await signedIn();
      const token = client.accessToken ?? '';
      const [header, payload, signature = ''] = token.split('.');
      const last = signature.at(-1) === 'A' ? 'B' : 'A';
      for (const other of [
        `${header}.${payload}.${signature.slice(0, -1)}${last}`,
        `${token}=`,
        `${header}.${payload}.`,
      ]) {
        client.accessToken = other;
        expect(await client.me()).toMatchObject({ status: 401, code: 'token_invalid' });
      }
    });

    it('of the provider are refused when no session of ours holds them', async () => {
      const answer = await fetch(`${standIn.url}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'grace', password: GRACE_PASSWORD }),
      });
      const client = api.client();
      client.accessToken = ((await answer.json()) as { access_token: string }).access_token;
      expect(await client.me()).toMatchObject({ status: 401, code: 'token_invalid' });
    });
  });
});
