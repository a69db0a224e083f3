import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TestingModule } from '@nestjs/testing';
import { Database } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInFaults, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { ProviderSession } from '../provider-session';
import { ProviderTokenStore } from '../provider-token-store';
import { openExternalSessions } from '../testing/open-external-sessions';
import { sessionsProcess } from '../testing/sessions-process';
import { TokenVault } from '../vault/token-vault';
import { LeaseStore } from './lease-store';
import { TokenRefreshJob } from './token-refresh-job';

interface Row {
  version: number | null;
  sent: number | null;
  failures: number | null;
  /** Milliseconds from now; negative where it is due. */
  dueIn: number | null;
  lease: string | null;
  endReason: string | null;
}

describeOnEachEngine('refresh', (engine) => {
  let standIn: StandInProcess;
  let database: TestDatabase;
  /** The provider takes a refresh token twice. */
  let repeating: TestingModule;
  /** It does not. */
  let strict: TestingModule;
  let userId: number;
  let oid: string;

  const get = <T>(process: TestingModule, token: abstract new (...parameters: never[]) => T) =>
    process.get<T>(token as never, { strict: false });
  const run = (process: TestingModule) => get(process, TokenRefreshJob).run();
  const execute = (sql: string) => get(strict, Database).execute(sql);
  const makeDue = () => execute('UPDATE cutover_provider_tokens SET refresh_due_at = 0');
  const refreshes = async () => (await standIn.control.state()).calls.refresh;
  const replays = async () => (await standIn.control.state()).replays;

  beforeAll(async () => {
    standIn = await startStandIn();
    database = await engine.createDatabase();
    repeating = await sessionsProcess(database, standIn.settings());
    strict = await sessionsProcess(database, standIn.settings({ EXTERNAL_AUTH_REFRESH_REPEAT: 'false' }));
    const { people } = await standIn.control.state();
    oid = people.find(({ upn }) => upn.startsWith('grace@'))?.oid ?? '';
    const grace = {
      username: 'grace',
      email: null,
      fullName: null,
      role: 'user',
      hashedPassword: null,
    } as const;
    userId = (await get(strict, UserRepository).create({ ...grace, externalUserId: oid })).id;
  });
  afterEach(async () => {
    await standIn.control.resetFaults();
    await standIn.control.resetCounts();
    await execute('DELETE FROM cutover_provider_tokens');
    await execute('DELETE FROM cutover_sessions');
    await execute('UPDATE users SET is_active = 1');
  });
  afterAll(async () => {
    await repeating.close();
    await strict.close();
    await standIn.stop();
    await database.drop();
  });

  /** A session whose tokens are due. @param lifetime seconds that its access token lasts */
  async function open(lifetime = 200): Promise<string> {
    const [grant] = await standIn.control.openGrants('grace', 1);
    const stores = { database: get(strict, Database), vault: get(strict, TokenVault) };
    const session = {
      userId,
      accessToken: grant?.access_token ?? '',
      refreshToken: grant?.refresh_token ?? '',
      accessTokenExpiresAt: Date.now() + lifetime * 1000,
    };
    const [id] = await openExternalSessions(stores, [session]);
    return id ?? '';
  }

  async function row(sessionId: string): Promise<Row> {
    const { clock } = get(strict, Database);
    const [found] = await get(strict, Database).query<Row>(
      `SELECT t.version, t.sent_at AS sent, t.failures, t.refresh_due_at - ${clock} AS dueIn, t.lease_owner AS lease, s.end_reason AS endReason
       FROM cutover_sessions s LEFT JOIN cutover_provider_tokens t ON t.session_id = s.id WHERE s.id = ?`,
      [sessionId],
    );
    if (!found) throw new Error('the session is gone');
    return found;
  }

  const freshTokens = (process: TestingModule, sessionId: string) =>
    get(process, ProviderSession).freshTokens({ userId, sessionId });
  const stored = (sessionId: string) => get(strict, ProviderTokenStore).find({ userId, sessionId });

  it('stores the new tokens, finds their bearer, stamps the user, and is due again ahead of their end', async () => {
    const id = await open();
    await run(strict);
    const found = await row(id);
    expect(found).toMatchObject({ version: 2, sent: null, failures: 0, lease: null, endReason: null });
    expect(found.dueIn).toBeGreaterThan(3000_000);
    expect((await stored(id))?.accessToken).toMatch(/^eyJ/);
    const bearers = await get(strict, Database).query(
      `SELECT token_hash FROM cutover_session_bearers WHERE session_id = '${id}'`,
    );
    expect(bearers).toHaveLength(2);
    const [user] = await get(strict, Database).query<{ at: unknown }>(
      'SELECT last_token_refresh AS at FROM users',
    );
    expect(user?.at).not.toBeNull();
  });

  it('says when the tokens were obtained, however late that is written and by whatever clock', async () => {
    const store = get(strict, LeaseStore);
    for (const [version, obtained] of [-120_000, 120_000].entries()) {
      await execute('DELETE FROM cutover_provider_tokens');
      const [sessionId, now] = [await open(), Date.now()];
      const access = {
        token: 'sealed',
        bearerHash: `hash-${version}`,
        obtainedAt: now + obtained,
        expiresAt: now,
      };
      const renewed = { sessionId, userId, version: 1, refreshToken: 'sealed', access, idToken: null };
      expect(await store.storeRenewed([{ ...renewed, failures: 0, dueIn: 1000 }])).toEqual([true]);
      const { lastTokenRefresh } = (await get(strict, UserRepository).findById(userId)) ?? {};
      const stamped = (lastTokenRefresh?.getTime() ?? 0) - now;
      expect(stamped).toBeGreaterThan(Math.min(obtained, 0) - 1001);
      expect(stamped).toBeLessThan(Math.min(obtained, 0) + 30_000);
    }
  });

  it('asks for none, and ends the session, once the account is linked no more', async () => {
    const id = await open();
    await execute(`UPDATE users SET external_user_id = NULL`);
    await run(strict);
    await execute(`UPDATE users SET external_user_id = '${oid}'`);
    expect(await row(id)).toMatchObject({ version: null, endReason: 'revoked' });
    expect(await refreshes()).toBe(0);
  });

  describe('that surely was not spent', () => {
    it.each<[string, Partial<StandInFaults>]>([
      ['a 503', { errorRate: 1, errorStatus: 503, retryAfter: 60 }],
      ['a 429', { errorRate: 1, errorStatus: 429, retryAfter: 60 }],
      ['a transient fault of Entra', { refusals: { grace: 90033 } }],
      ['a throttle of Entra', { refusals: { grace: 50196 } }],
      ['missing consent', { refusals: { grace: 65001 } }],
      ['a bare 404', { errorRate: 1, errorStatus: 404 }],
    ])('is tried again later after %s', async (_what, faults) => {
      const id = await open();
      await standIn.control.setFaults({ ...faults, operations: ['refresh'] });
      await run(strict);
      const found = await row(id);
      expect(found).toMatchObject({ version: 1, sent: null, failures: 1, lease: null, endReason: null });
      expect(found.dueIn).toBeGreaterThan(faults.retryAfter ? 59_000 : 0);
      await standIn.control.resetFaults();
      await makeDue();
      await run(strict);
      expect(await row(id)).toMatchObject({ version: 2, failures: 0 });
      expect(await replays()).toBe(0);
    });

    it('is tried again later after a page of HTML and after a redirect', async () => {
      for (const body of ['html', 'redirect'] as const) {
        const id = await open();
        const { shape } = (await standIn.control.state()).faults;
        await standIn.control.setFaults({ shape: { ...shape, body } });
        await run(strict);
        expect(await row(id)).toMatchObject({ sent: null, failures: 1, lease: null, endReason: null });
        await standIn.control.resetFaults();
      }
    });

    it('is tried again later where nobody listens', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const nobody = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      server.close();
      const astray = await sessionsProcess(
        database,
        standIn.settings({ EXTERNAL_AUTH_API_URL: nobody, EXTERNAL_AUTH_REFRESH_REPEAT: 'false' }),
      );
      const id = await open();
      await run(astray);
      await astray.close();
      expect(await row(id)).toMatchObject({
        version: 1,
        sent: null,
        failures: 1,
        lease: null,
        endReason: null,
      });
    });
  });

  describe('whose answer was lost', () => {
    const losses: [string, Partial<StandInFaults>][] = [
      ['a reset', { lostReplies: 1 }],
      ['a 500', { errorRate: 1, errorStatus: 500 }],
      ['half an answer', {}],
    ];
    const lose = async (faults: Partial<StandInFaults>) => {
      const { shape } = (await standIn.control.state()).faults;
      const cut = Object.keys(faults).length === 0;
      await standIn.control.setFaults({
        ...faults,
        ...(cut && { shape: { ...shape, body: 'truncated' as const } }),
        operations: ['refresh'],
        allowRefreshReplay: true,
      });
    };

    it.each(losses)(
      'by %s is repeated with the same token where the provider allows it',
      async (_how, faults) => {
        const id = await open();
        await lose(faults);
        await run(repeating);
        expect(await row(id)).toMatchObject({
          version: 1,
          sent: expect.any(Number),
          failures: 1,
          endReason: null,
        });
        await standIn.control.resetFaults();
        await standIn.control.setFaults({ allowRefreshReplay: true });
        await makeDue();
        await run(repeating);
        expect(await row(id)).toMatchObject({ version: 2, sent: null, failures: 0 });
      },
    );

    it.each(losses)(
      'by %s is never sent again elsewhere: the access token serves to its end',
      async (_how, faults) => {
        const id = await open();
        await lose(faults);
        await run(strict);
        const found = await row(id);
        expect(found).toMatchObject({ version: 1, sent: expect.any(Number), lease: null, endReason: null });
        expect(found.dueIn).toBeGreaterThan(190_000);
        await standIn.control.resetFaults();
        await makeDue();
        await run(strict);
        expect((await freshTokens(strict, id)).accessToken).toBe((await stored(id))?.accessToken);
        expect(await refreshes()).toBe(1);
        await execute('UPDATE cutover_provider_tokens SET access_token_expires_at = 1');
        await makeDue();
        await run(strict);
        expect(await row(id)).toMatchObject({ version: null, endReason: 'refresh_lost' });
        expect(await refreshes()).toBe(1);
      },
    );

    it('ends as lost when its owner comes after the end of the access token', async () => {
      const id = await open();
      await lose({ lostReplies: 1 });
      await run(strict);
      await execute('UPDATE cutover_provider_tokens SET access_token_expires_at = 1');
      await expect(freshTokens(strict, id)).rejects.toMatchObject({ code: 'session_expired' });
      expect(await row(id)).toMatchObject({ endReason: 'refresh_lost' });
    });

    it('because its process died is not sent again either', async () => {
      const id = await open();
      await execute(`UPDATE cutover_provider_tokens SET lease_owner = 'dead', lease_until = 1, sent_at = 1`);
      await run(strict);
      expect(await row(id)).toMatchObject({ version: 1, sent: 1, lease: null, endReason: null });
      expect(await refreshes()).toBe(0);
    });
  });

  describe('that the provider refuses', () => {
    it.each([
      [700082, 'grant_invalid'],
      [50173, 'grant_invalid'],
      [50057, 'account_disabled'],
    ])('by AADSTS%i ends the session as %s', async (number, endReason) => {
      const id = await open();
      await standIn.control.setFaults({ refusals: { grace: number } });
      await run(strict);
      expect(await row(id)).toMatchObject({ version: null, endReason });
      const [entry, ...more] = await get(strict, Database).query<{ code: string; detail: string }>(
        `SELECT code, detail FROM cutover_audit_log WHERE action = 'session.ended' AND subject = ?`,
        [`session:${id}`],
      );
      expect(more).toEqual([]);
      expect(entry?.code).toBe(endReason);
      // What Microsoft's support asks for.
      const ids = { traceId: expect.stringMatching(/./), correlationId: expect.stringMatching(/./) };
      expect(JSON.parse(entry?.detail ?? '')).toEqual({ userId, aadsts: number, ...ids });
    });

    it('ends nothing where newer tokens were stored meanwhile', async () => {
      const id = await open();
      await standIn.control.setFaults({ refusals: { grace: 700082 }, latency: 300, operations: ['refresh'] });
      const running = run(strict);
      while ((await refreshes()) === 0);
      await execute('UPDATE cutover_provider_tokens SET version = 7');
      await running;
      expect(await row(id)).toMatchObject({ version: 7, endReason: null });
    });
  });

  it('keeps the new refresh token though the access token with it cannot be verified', async () => {
    const id = await open();
    const before = await stored(id);
    const { shape } = (await standIn.control.state()).faults;
    await standIn.control.setFaults({ shape: { ...shape, audience: 'other' } });
    await run(strict);
    const after = await stored(id);
    expect(after?.accessToken).toBe(before?.accessToken);
    expect(after?.refreshToken).not.toBe(before?.refreshToken);
    expect(await row(id)).toMatchObject({ sent: null, failures: 1, endReason: null });
    await standIn.control.resetFaults();
    await makeDue();
    await run(strict);
    expect(await row(id)).toMatchObject({ failures: 0 });
    expect(await replays()).toBe(0);
  });

  it.each([
    ['idle too long', 'UPDATE cutover_sessions SET last_used_at = 1', 'idle_timeout'],
    ['past its absolute end', 'UPDATE cutover_sessions SET expires_at = 1', 'expired'],
    ['of a person who was deactivated', 'UPDATE users SET is_active = 0', 'deactivated'],
  ])('spends nothing on a session %s, and ends it', async (_which, sql, endReason) => {
    const id = await open();
    await execute(sql);
    await run(strict);
    expect(await row(id)).toMatchObject({ version: null, endReason });
    expect(await refreshes()).toBe(0);
  });

  it('is one for the job and people in this process and in another', async () => {
    const id = await open();
    await standIn.control.setFaults({ latency: 300, operations: ['refresh'] });
    const job = run(strict);
    const [one, tab, other] = await Promise.all([
      freshTokens(strict, id),
      freshTokens(strict, id),
      freshTokens(repeating, id),
      job,
    ]);
    expect(await refreshes()).toBe(1);
    expect(new Set([one.accessToken, tab.accessToken, other.accessToken])).toEqual(
      new Set([(await stored(id))?.accessToken]),
    );
  });

  it('leaves a person with the token at hand while the next try is still to come', async () => {
    const id = await open();
    await standIn.control.setFaults({ errorRate: 1, errorStatus: 503, operations: ['refresh'] });
    await freshTokens(strict, id);
    await freshTokens(strict, id);
    expect(await refreshes()).toBe(1);
  });

  it('says that the provider does not answer once the token at hand has run out', async () => {
    const id = await open(-1);
    await standIn.control.setFaults({ errorRate: 1, errorStatus: 503, operations: ['refresh'] });
    await expect(freshTokens(strict, id)).rejects.toMatchObject({ code: 'external_unavailable' });
    expect(await row(id)).toMatchObject({ version: 1, endReason: null });
  });

  it('tells the provider to forget what came for a session that ended meanwhile', async () => {
    const id = await open();
    await standIn.control.setFaults({ latency: 300, operations: ['refresh'] });
    const running = run(strict);
    while ((await refreshes()) === 0);
    await execute(`DELETE FROM cutover_provider_tokens WHERE session_id = '${id}'`);
    await running;
    while ((await standIn.control.state()).calls.logout === 0);
    expect(await row(id)).toMatchObject({ version: null });
  });

  it('removes rows that have been of no use for a month, and hashes of tokens for a day', async () => {
    const id = await open();
    const month = 31 * 24 * 3_600_000;
    await execute(`UPDATE cutover_sessions SET expires_at = ${Date.now() - month}, ended_at = 1`);
    const fresh = await sessionsProcess(database, standIn.settings());
    await run(fresh);
    await fresh.close();
    for (const table of ['cutover_sessions WHERE id', 'cutover_session_bearers WHERE session_id']) {
      expect(await get(strict, Database).query(`SELECT * FROM ${table} = '${id}'`)).toEqual([]);
    }
  });

  it('is measured: how many are due, and since when', async () => {
    await open();
    await execute(
      `UPDATE cutover_provider_tokens SET refresh_due_at = ${get(strict, Database).clock} - 5000`,
    );
    await run(strict);
    const status = get(strict, TokenRefreshJob).status();
    expect(status.due).toBe(1);
    expect(status.lag).toBeGreaterThanOrEqual(5000);
  });
});
