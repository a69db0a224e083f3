import { describeOnEachEngine } from '@cutover/database/testing';
import { Database } from '@cutover/database';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { Metrics } from '@cutover/operations';
import { bearerHash } from '@cutover/sessions';
import { UserRepository } from '@cutover/users';
import { decodeJwt } from 'jose';
import { Clock } from './testing/clock';
import { PUBLIC_URL, TestApi } from './testing/test-api';

const GRACE = ['grace', 'Nanosecond-Wire-1952'] as const;

/** The access token is opaque, or for another API such as Graph: it stays on the server (EXTERNAL_AUTH_BEARER=session). */
const MODES = [
  {
    mode: 'session',
    settings: { EXTERNAL_AUTH_BEARER: 'session' },
    shape: { audience: 'own', accessToken: 'opaque' },
    validations: 0,
  },
  {
    mode: 'introspect',
    settings: { EXTERNAL_AUTH_TOKEN_VALIDATION: 'introspect' },
    shape: { accessToken: 'opaque' },
    validations: 1,
  },
  {
    mode: 'introspect without keys',
    settings: {
      EXTERNAL_AUTH_TOKEN_VALIDATION: 'introspect',
      EXTERNAL_AUTH_JWKS_URL: undefined,
      EXTERNAL_AUTH_TENANT_ID: undefined,
      EXTERNAL_AUTH_ISSUER: undefined,
      EXTERNAL_AUTH_AUDIENCE: undefined,
    },
    shape: { accessToken: 'opaque', idToken: false },
    validations: 1,
  },
] as const;

const clock = new Clock();
afterEach(() => {
  clock.restore();
});

describeOnEachEngine('an access token that stays on the server', (engine) => {
  describe.each(MODES)('with $mode', ({ settings, shape, validations }) => {
    let standIn: StandInProcess;
    let api: TestApi;

    beforeAll(async () => {
      standIn = await startStandIn({ AUTH_API_TOKEN_LIFETIME: '600' });
      // The background probe asks the validation endpoint too, and would be counted.
      const quiet = { EXTERNAL_AUTH_PROBE_INTERVAL: '3600' };
      api = await TestApi.start(await engine.createDatabase(), standIn.settings({ ...settings, ...quiet }));
      const graceId = await api.addPerson({ username: 'grace', password: null });
      await api.get(UserRepository).setPin(graceId, 'external', { by: 'a test' });
    });
    beforeEach(async () => {
      await standIn.control.setFaults({ shape });
      await standIn.control.resetCounts();
    });
    afterAll(async () => {
      await api.stop();
      await standIn.stop();
    });

    const signedIn = async () => {
      const client = api.client();
      expect(await client.signIn(...GRACE)).toMatchObject({ status: 200, body: { authMode: 'external' } });
      return client;
    };

    it('signs in, serves, refreshes and signs out with a JWT of ours', async () => {
      const client = api.client();
      const { body } = await client.signIn(...GRACE);
      expect(body).toMatchObject({
        authMode: 'external',
        user: { name: 'Grace Hopper', authMode: 'external' },
      });
      expect(decodeJwt(client.accessToken ?? '')).toMatchObject({ iss: PUBLIC_URL, sid: expect.any(String) });
      // No longer than the token that stands behind it.
      expect(body['expiresIn']).toBeGreaterThan(590);
      expect(body['expiresIn']).toBeLessThanOrEqual(600);
      expect(await client.me()).toMatchObject({ status: 200, body: { authMode: 'external' } });

      const first = client.accessToken;
      clock.advance({ seconds: 400 });
      expect((await client.refresh()).status).toBe(200);
      expect(client.accessToken).not.toBe(first);
      expect((await client.me()).status).toBe(200);
      const { calls } = await standIn.control.state();
      expect(calls).toMatchObject({ login: 1, refresh: 1, validate: validations * 2 });

      const last = client.accessToken;
      await client.signOut();
      for (const token of [first, last]) {
        client.accessToken = token;
        expect(await client.me()).toMatchObject({ status: 401, code: 'session_expired' });
      }
      expect(await api.get(Metrics).registry.metrics()).toMatch(
        /cutover_bearer_validations_total\{kind="session",outcome="verified"\} [1-9]/,
      );
    });

    it('does not take the provider’s own token for a bearer, not even the one that the session holds', async () => {
      await standIn.control.setFaults({ shape: { accessToken: 'jwt' } });
      const client = await signedIn();
      const answer = await fetch(`${standIn.url}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: GRACE[0], password: GRACE[1] }),
      });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      const { sid } = decodeJwt(client.accessToken ?? '');
      client.accessToken = token;
      expect(await client.me()).toMatchObject({ status: 401, code: 'token_invalid' });
      await api
        .get(Database)
        .execute(`UPDATE cutover_session_bearers SET token_hash = ? WHERE session_id = ?`, [
          bearerHash(token),
          sid,
        ]);
      expect(await client.me()).toMatchObject({ status: 401, code: 'token_invalid' });
    });

    it('says who it is by what was agreed on, or nobody signs in', async () => {
      await standIn.control.setFaults({ shape: { tenant: 'other', user: false, idToken: true } });
      await standIn.control.setFaults({ errorRate: 1, operations: ['userInfo'] });
      const answer = await api.client().signIn(...GRACE);
      await standIn.control.resetFaults();
      expect(answer).toMatchObject({ status: 502, code: 'external_misconfigured' });
    });

    if (validations > 0) {
      it('is not used where the provider disowns it', async () => {
        await standIn.control.setFaults({ errorRate: 1, errorStatus: 401, operations: ['validate'] });
        const answer = await api.client().signIn(...GRACE);
        await standIn.control.resetFaults();
        expect(answer).toMatchObject({ status: 502, code: 'external_misconfigured' });
      });

      it('waits for the provider at a sign-in, and loses no refresh to an outage of the check', async () => {
        const client = await signedIn();
        await standIn.control.setFaults({ errorRate: 1, errorStatus: 503, operations: ['validate'] });
        const [stranger] = [await api.client().signIn(...GRACE)];
        clock.advance({ seconds: 400 });
        const refreshed = await client.refresh();
        await standIn.control.resetFaults();
        expect(stranger).toMatchObject({ status: 503, code: 'external_unavailable' });
        expect(refreshed.status).toBe(200);
        expect((await client.me()).status).toBe(200);
      });
    }
  });
});
