import type { TestingModule } from '@nestjs/testing';
import { Database } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInProcess, until } from '@cutover/external-auth/testing';
import { ActiveSessions } from './active-sessions';
import { SessionEnds } from './session-ends';
import { SessionService } from './session.service';
import { openExternalSessions } from './testing/open-external-sessions';
import { sessionsProcess } from './testing/sessions-process';
import { TokenVault } from './vault/token-vault';

/** More than one set. */
const MANY = 300;
const BY = 'cli:olga';

describeOnEachEngine('the end of many sessions', (engine) => {
  let standIn: StandInProcess;
  let testDatabase: TestDatabase;
  let process: TestingModule;
  let database: Database;

  const get = <T>(token: abstract new (...parameters: never[]) => T) =>
    process.get<T>(token as never, { strict: false });
  const count = async (sql: string) => {
    const [row] = await database.query<{ count: number }>(`SELECT COUNT(*) AS count FROM ${sql}`);
    return Number(row?.count);
  };

  beforeAll(async () => {
    standIn = await startStandIn();
    testDatabase = await engine.createDatabase();
    process = await sessionsProcess(testDatabase, standIn.settings());
    database = get(Database);
  });
  beforeEach(async () => {
    for (const table of ['cutover_audit_log', 'cutover_provider_tokens', 'cutover_sessions'])
      await database.execute(`DELETE FROM ${table}`);
    await standIn.control.resetCounts();
  });
  afterAll(async () => {
    await process.close();
    await standIn.stop();
    await testDatabase.drop();
  });

  async function open(sessions: number): Promise<string[]> {
    const grants = await standIn.control.openGrants('grace', sessions);
    return openExternalSessions(
      { database, vault: get(TokenVault) },
      grants.map((grant, index) => ({
        userId: index,
        accessToken: grant.access_token,
        refreshToken: grant.refresh_token,
      })),
    );
  }

  it('leaves one entry each, no token, and a provider that knows of each', async () => {
    const [first = '', second = '', third = ''] = await open(MANY);
    await get(SessionService).end(first, 'signed_out');
    await database.execute(`UPDATE cutover_sessions SET auth_mode = 'local' WHERE id = ?`, [second]);
    await database.execute(`UPDATE cutover_sessions SET last_used_at = 1 WHERE id = ?`, [third]);
    const seen: number[] = [];

    const which = { authMode: 'external' } as const;
    const ended = await get(SessionEnds).endAll(which, 'rolled_back', BY, (done) => seen.push(done));
    expect(ended).toBe(MANY - 3);
    expect(seen).toEqual([250, MANY - 3]);
    expect(await count(`cutover_sessions WHERE end_reason = 'rolled_back'`)).toBe(MANY - 3);
    expect(await count(`cutover_audit_log WHERE action = 'session.ended' AND actor = '${BY}'`)).toBe(
      MANY - 3,
    );
    expect(await count(`cutover_provider_tokens`)).toBe(2); // the local one's, the timed-out one's
    expect(await get(ActiveSessions).count()).toEqual({ local: 1, external: 0 });
    await until(async () => (await standIn.control.state()).calls.logout === MANY - 2);

    expect(await get(SessionEnds).endAll(which, 'rolled_back', BY)).toBe(0);
    expect(await get(SessionEnds).endAll({ timedOutToo: true }, 'restored', BY)).toBe(2);
    expect(await count(`cutover_sessions WHERE ended_at IS NULL`)).toBe(0);
    expect(await count(`cutover_sessions WHERE end_reason = 'signed_out'`)).toBe(1);
  });

  it('spares whoever signs in afterwards', async () => {
    await open(2);
    const signedIn = await get(ActiveSessions).allUnended();
    const [later] = await open(1);
    expect(await get(SessionEnds).endThese(signedIn, 'restored', BY)).toBe(2);
    expect(await get(ActiveSessions).allUnended()).toEqual([{ sessionId: later, userId: 0 }]);
  });
});
