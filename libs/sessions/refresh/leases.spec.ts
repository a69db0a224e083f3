import type { TestingModule } from '@nestjs/testing';
import { Database } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { UserRepository } from '@cutover/users';
import { openExternalSessions } from '../testing/open-external-sessions';
import { sessionsProcess } from '../testing/sessions-process';
import { TokenVault } from '../vault/token-vault';
import { LeaseStore, type RenewedTokens } from './lease-store';

const ROWS = 60;

describeOnEachEngine('leases on rows to refresh', (engine) => {
  let database: TestDatabase;
  let one: TestingModule;
  let other: TestingModule;
  let userId: number;
  let ids: string[];

  const get = <T>(process: TestingModule, token: abstract new (...parameters: never[]) => T) =>
    process.get<T>(token as never, { strict: false });
  const leases = (process: TestingModule) => get(process, LeaseStore);
  const execute = (sql: string) => get(one, Database).execute(sql);
  const row = async (sessionId: string) => {
    const [found] = await get(one, Database).query<{
      version: number;
      lease: string | null;
      sent: number | null;
      due: number | null;
    }>(
      `SELECT version, lease_owner AS lease, sent_at AS sent, refresh_due_at AS due FROM cutover_provider_tokens WHERE session_id = ?`,
      [sessionId],
    );
    if (!found) throw new Error('the row is gone');
    return found;
  };

  beforeAll(async () => {
    database = await engine.createDatabase();
    one = await sessionsProcess(database, {});
    other = await sessionsProcess(database, {});
    const person = {
      username: 'ada',
      email: null,
      fullName: null,
      role: 'user',
      hashedPassword: null,
    } as const;
    userId = (await get(one, UserRepository).create(person)).id;
  });
  beforeEach(async () => {
    const stores = { database: get(one, Database), vault: get(one, TokenVault) };
    const sessions = Array.from({ length: ROWS }, (_, index) => ({
      userId,
      accessToken: `access-${index}`,
      refreshToken: `refresh-${index}`,
    }));
    ids = await openExternalSessions(stores, sessions);
  });
  afterEach(() => execute('DELETE FROM cutover_provider_tokens'));
  afterAll(async () => {
    await one.close();
    await other.close();
    await database.drop();
  });

  const renewedTokens = (sessionId: string, version: number): RenewedTokens => ({
    sessionId,
    userId,
    version,
    refreshToken: 'sealed-refresh',
    access: {
      token: 'sealed-access',
      bearerHash: `hash-of-${sessionId}`.slice(0, 43),
      obtainedAt: 1,
      expiresAt: 2,
    },
    idToken: null,
    failures: 0,
    dueIn: 60_000,
  });

  it('never go to two claimers', async () => {
    const claims = await Promise.all(
      [one, other, one, other, one, other, one, other].map((process, index) =>
        leases(process).claimDue(`owner-${index}`, 10),
      ),
    );
    const rest = await leases(one).claimDue('rest', ROWS);
    const claimed = [...claims.flat(), ...rest];
    expect(claimed).toHaveLength(ROWS);
    expect(new Set(claimed)).toEqual(new Set(ids));
  });

  it('are taken in the order in which rows came due, and only on rows that are due', async () => {
    const [first = '', second = ''] = ids;
    await execute(`UPDATE cutover_provider_tokens SET refresh_due_at = ${get(one, Database).clock} + 60000`);
    await execute(`UPDATE cutover_provider_tokens SET refresh_due_at = 2 WHERE session_id = '${first}'`);
    await execute(`UPDATE cutover_provider_tokens SET refresh_due_at = 1 WHERE session_id = '${second}'`);
    expect(await leases(one).claimDue('a', 1)).toEqual([second]);
    expect(await leases(one).claimDue('a', 10)).toEqual([first]);
  });

  it('are refused on a row that was renewed since it was read: it needs no refresh', async () => {
    const [id = ''] = ids;
    await execute('UPDATE cutover_provider_tokens SET version = 2');
    expect(await leases(one).claim('a', id, 1)).toBe(false);
    expect(await leases(one).claim('a', id, 2)).toBe(true);
  });

  it('hold until they lapse, unless they are renewed', async () => {
    const [id = ''] = ids;
    const lapse = () =>
      execute(`UPDATE cutover_provider_tokens SET lease_until = 1 WHERE lease_owner IS NOT NULL`);
    expect(await leases(one).claim('a', id, 1)).toBe(true);
    expect(await leases(other).claim('b', id, 1)).toBe(false);
    await lapse();
    await leases(one).renew('a', ids);
    expect(await leases(other).claim('b', id, 1)).toBe(false);
    await lapse();
    expect(await leases(other).claim('b', id, 1)).toBe(true);
    await leases(one).renew('a', ids);
    expect((await row(id)).lease).toBe('b');
  });

  it('let nothing be sent once they have lapsed, or are another’s', async () => {
    const [id = '', lapsed = '', foreign = ''] = ids;
    for (const mine of [id, lapsed]) await leases(one).claim('a', mine, 1);
    await leases(other).claim('b', foreign, 1);
    await execute(`UPDATE cutover_provider_tokens SET lease_until = 1 WHERE session_id = '${lapsed}'`);
    expect(await leases(one).markSent('a', [id, lapsed, foreign])).toEqual([true, false, false]);
    expect([await row(id), await row(lapsed), await row(foreign)]).toMatchObject([
      { sent: expect.any(Number) },
      { sent: null },
      { sent: null },
    ]);
  });

  it('are given back with what each row needs, and only by their holder', async () => {
    const [retried = '', doubtful = '', foreign = ''] = ids;
    for (const mine of [retried, doubtful]) await leases(one).claim('a', mine, 1);
    await leases(other).claim('b', foreign, 1);
    await leases(one).markSent('a', [retried, doubtful]);
    await leases(one).release('a', [
      { sessionId: retried, failures: 3, dueIn: 60_000, inDoubt: false },
      { sessionId: doubtful, failures: 0, dueIn: null, inDoubt: true },
      { sessionId: foreign, failures: 9, dueIn: null, inDoubt: false },
    ]);
    expect(await row(retried)).toMatchObject({ lease: null, sent: null, due: expect.any(Number) });
    expect(await row(doubtful)).toMatchObject({ lease: null, sent: expect.any(Number), due: null });
    expect(await row(foreign)).toMatchObject({ lease: 'b', due: 0 });
  });

  it('do not decide what is stored: the version does, for each row of a set', async () => {
    const [current = '', overtaken = '', gone = ''] = ids;
    await execute(`UPDATE cutover_provider_tokens SET version = 2 WHERE session_id = '${overtaken}'`);
    await execute(`DELETE FROM cutover_provider_tokens WHERE session_id = '${gone}'`);
    await leases(other).claim('b', current, 1);
    const stored = await leases(one).storeRenewed(
      [current, overtaken, gone].map((id) => renewedTokens(id, 1)),
    );
    expect(stored).toEqual([true, false, false]);
    expect(await row(current)).toMatchObject({ version: 2, lease: null, sent: null });
    expect(await row(overtaken)).toMatchObject({ version: 2, due: 0 });
    const bearers = await get(one, Database).query(
      `SELECT session_id FROM cutover_session_bearers WHERE expires_at = 2`,
    );
    expect(bearers).toEqual([{ session_id: current }]);
  });
});
