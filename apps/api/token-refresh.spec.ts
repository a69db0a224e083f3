import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Database } from '@cutover/database';
import { mysqlEngine, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { openExternalSessions, TokenVault } from '@cutover/sessions/testing';
import { UserRepository } from '@cutover/users';
import { ApiProcess } from './testing/api-process';
import { DatabaseProxy } from './testing/database-proxy';
import { TestApi } from './testing/test-api';

const SECRETS = {
  LOCAL_JWT_SECRET: randomBytes(32).toString('base64url'),
  TOKEN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: `test:${randomBytes(32).toString('base64')}`,
};
const PEOPLE = 20;
/** Rows that one process has in hand at most: on the wire, or answered and not yet stored. */
const IN_HAND = 192;

interface Found {
  id: string;
  version: number | null;
  endReason: string | null;
}

/** Processes of the built API on one MySQL database, and a provider that ends the family at the second use of a token. */
describe('refresh by several processes', () => {
  const running = new Set<ApiProcess>();
  let standIn: StandInProcess;
  let database: TestDatabase;
  /** Prepares and looks; its own job does not run within a test. */
  let observer: TestApi;
  let userIds: number[];

  beforeAll(async () => {
    standIn = await startStandIn();
    database = await mysqlEngine.createDatabase();
    observer = await TestApi.start(database, {
      ...standIn.settings(),
      ...SECRETS,
      TOKEN_REFRESH_INTERVAL: '3600',
    });
    const names = Array.from({ length: PEOPLE }, (_, index) => `person-${index}`);
    const people = names.map((username) => ({ username, password: 'a-password', name: username }));
    const known = (await standIn.control.putPeople(...people)).people;
    userIds = [];
    for (const username of names) {
      const externalUserId = known.find(({ upn }) => upn.startsWith(`${username}@`))?.oid ?? '';
      const person = { username, email: null, fullName: null, role: 'user', hashedPassword: null } as const;
      userIds.push((await observer.get(UserRepository).create({ ...person, externalUserId })).id);
    }
  });
  afterEach(async () => {
    await Promise.all([...running].map((api) => api.kill()));
    running.clear();
    await standIn.control.resetFaults();
    await standIn.control.resetCounts();
    await observer.get(Database).execute('DELETE FROM cutover_provider_tokens');
    await observer.get(Database).execute('DELETE FROM cutover_sessions');
  });
  afterAll(async () => {
    await observer.stop();
    await standIn.stop();
  });

  async function startApi(url = database.url): Promise<ApiProcess> {
    const api = await ApiProcess.start({
      // No answer is lost to a busy machine: a timeout is as ambiguous as a reset, and only resets are meant here.
      ...standIn.settings({ EXTERNAL_AUTH_REFRESH_REPEAT: 'false', EXTERNAL_AUTH_TIMEOUT: '60000' }),
      ...SECRETS,
      DATABASE_URL: url,
      TOKEN_REFRESH_INTERVAL: '1',
    });
    running.add(api);
    return api;
  }

  /** Sessions that are due now. @param lifetime seconds that their access tokens last */
  async function open(count: number, lifetime = 3600): Promise<string[]> {
    const accessTokenExpiresAt = Date.now() + lifetime * 1000;
    const sessions = await Promise.all(
      userIds.map(async (userId, index) => {
        const grants = await standIn.control.openGrants(`person-${index}`, Math.ceil(count / PEOPLE));
        return grants.map((grant) => ({
          userId,
          accessToken: grant.access_token,
          refreshToken: grant.refresh_token,
          accessTokenExpiresAt,
        }));
      }),
    );
    const stores = { database: observer.get(Database), vault: observer.get(TokenVault) };
    return openExternalSessions(stores, sessions.flat().slice(0, count));
  }

  const find = () =>
    observer.get(Database).query<Found>(
      `SELECT s.id, t.version, s.end_reason AS endReason FROM cutover_sessions s
       LEFT JOIN cutover_provider_tokens t ON t.session_id = s.id`,
    );

  const isSettled = ({ version, endReason }: Found) => endReason !== null || (version ?? 0) > 1;

  async function until(condition: () => Promise<boolean>, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`not so after ${seconds} s: ${condition.toString()}`);
      await delay(100);
    }
  }
  const allSettled = async () => (await find()).every(isSettled);

  it('spends no token twice and loses no session', async () => {
    await open(2000);
    await Promise.all([startApi(), startApi(), startApi(), startApi()]);
    await until(allSettled, 100);
    const { calls, replays } = await standIn.control.state();
    expect({ refreshes: calls.refresh, replays }).toEqual({ refreshes: 2000, replays: 0 });
    expect((await find()).filter(({ version, endReason }) => version !== 2 || endReason)).toEqual([]);
    const stamps = await observer
      .get(Database)
      .query(`SELECT id FROM users WHERE last_token_refresh IS NOT NULL`);
    expect(stamps).toHaveLength(PEOPLE);
  }, 120_000);

  it('loses only what was in flight when processes are killed and replies are lost', async () => {
    await standIn.control.setFaults({ latency: 500, lostReplies: 0.01, operations: ['refresh'] });
    await open(2000, 25);
    const processes = await Promise.all([startApi(), startApi(), startApi(), startApi()]);
    let kills = 0;
    for (const victim of processes.slice(0, 3)) {
      const { refresh } = (await standIn.control.state()).calls;
      await until(async () => (await standIn.control.state()).calls.refresh > refresh + 100 || allSettled());
      await victim.kill();
      running.delete(victim);
      kills += 1;
      await startApi();
    }
    await until(allSettled, 90);
    const { replays, repliesLost } = await standIn.control.state();
    const lost = (await find()).filter(({ endReason }) => endReason !== null);
    expect(replays).toBe(0);
    expect(new Set(lost.map(({ endReason }) => endReason))).toEqual(new Set(['refresh_lost']));
    expect(lost.length).toBeLessThanOrEqual(repliesLost + kills * IN_HAND);
    const reported = await observer
      .get(Database)
      .query(`SELECT id FROM cutover_audit_log WHERE action = 'session.ended' AND code = 'refresh_lost'`);
    expect(reported).toHaveLength(lost.length);
  }, 180_000);

  describe('on a database that goes away while the provider answers', () => {
    let proxy: DatabaseProxy;
    beforeEach(async () => {
      proxy = await DatabaseProxy.open(database.url);
      await standIn.control.setFaults({ latency: 1500, operations: ['refresh'] });
    });
    afterEach(() => proxy.close());

    async function cutWhile(count: number) {
      const ids = await open(count);
      const api = await startApi(proxy.url);
      await until(async () => (await standIn.control.state()).calls.refresh === count);
      proxy.cut();
      await api.said('not stored yet');
      return { ids, api };
    }

    it('stores the new tokens when it is back', async () => {
      await cutWhile(50);
      proxy.mend();
      await until(allSettled);
      const { calls, replays } = await standIn.control.state();
      expect({ refreshes: calls.refresh, replays }).toEqual({ refreshes: 50, replays: 0 });
      expect((await find()).every(({ endReason }) => endReason === null)).toBe(true);
    }, 60_000);

    it('names at its end what it could not store, and exits 1', async () => {
      const { ids, api } = await cutWhile(3);
      const { code, output } = await api.stop();
      expect(code).toBe(1);
      expect(output).toContain('3 sessions lost');
      for (const id of ids) expect(output).toContain(id);
    }, 60_000);
  });

  it('finishes the refreshes in hand when it is asked to end, gives back the rest, and exits 0', async () => {
    await standIn.control.setFaults({ latency: 1000, operations: ['refresh'] });
    await open(500);
    const api = await startApi();
    await until(async () => (await standIn.control.state()).calls.refresh > 0);
    expect((await api.stop()).code).toBe(0);
    const { refresh } = (await standIn.control.state()).calls;
    expect((await find()).filter(isSettled)).toHaveLength(refresh);
    expect(refresh).toBeLessThan(500);
    const held = await observer
      .get(Database)
      .query(
        `SELECT session_id FROM cutover_provider_tokens WHERE lease_owner IS NOT NULL OR sent_at IS NOT NULL`,
      );
    expect(held).toEqual([]);
  }, 60_000);
});
