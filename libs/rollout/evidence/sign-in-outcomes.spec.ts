import { Logger } from '@nestjs/common';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { Metrics } from '@cutover/operations';
import { auditTrailOn } from '@cutover/operations/testing';
import type { DataSource } from 'typeorm';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { type SignInOutcome, SignInOutcomes } from './sign-in-outcomes';

const DAY = 24 * 60 * 60 * 1000;
const SUCCESS: SignInOutcome = {
  userId: 7,
  side: 'local',
  outcome: 'success',
  code: null,
  duration: 41.6,
  knownDevice: true,
  fallback: false,
};

describeOnEachEngine('outcomes of sign-ins', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let outcomes: SignInOutcomes;
  let metrics: Metrics;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
  });
  beforeEach(async () => {
    await database.execute(`DELETE FROM cutover_sign_in_outcomes`);
    metrics = new Metrics();
    outcomes = new SignInOutcomes(
      database,
      new RolloutPolicyStore(database, auditTrailOn(database)),
      metrics,
    );
  });
  afterEach(() => outcomes.onModuleDestroy());
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  const count = async () => {
    const [row] = await database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_sign_in_outcomes`,
    );
    return Number(row?.count);
  };

  it('are kept with what they mean, by the database’s clock, and counted', async () => {
    const before = Date.now();
    outcomes.note(SUCCESS);
    outcomes.note({
      userId: null,
      side: 'external',
      outcome: 'refused',
      code: 'invalid_credentials',
      duration: 900,
      knownDevice: false,
      fallback: false,
    });
    await outcomes.flush();
    const rows = await database.query(
      `SELECT at, user_id AS userId, side, outcome, code, duration_ms AS duration, known_device AS knownDevice,
         fallback, stage, policy_version AS version FROM cutover_sign_in_outcomes ORDER BY id`,
    );
    const decided = { at: expect.any(Number), fallback: 0, stage: 'off', version: 0 };
    expect(rows).toEqual([
      { ...decided, userId: 7, side: 'local', outcome: 'success', code: null, duration: 42, knownDevice: 1 },
      {
        ...decided,
        userId: null,
        side: 'external',
        outcome: 'refused',
        code: 'invalid_credentials',
        duration: 900,
        knownDevice: 0,
      },
    ]);
    const [{ at } = { at: 0 }] = rows as { at: number }[];
    expect(Math.abs(at - before)).toBeLessThan(10_000);
    const text = await metrics.registry.metrics();
    expect(text).toContain('cutover_sign_in_attempts_total{mode="local",outcome="success",code="none"} 1');
    expect(text).toContain(
      'cutover_sign_in_attempts_total{mode="external",outcome="refused",code="invalid_credentials"} 1',
    );
    expect(text).toContain('cutover_sign_in_duration_seconds_sum{mode="external",outcome="refused"} 0.9');
  });

  it('of a rush are written in sets, and the last of them at the end of the process', async () => {
    for (let n = 0; n < 1201; n++) outcomes.note(SUCCESS);
    await outcomes.onModuleDestroy();
    expect(await count()).toBe(1201);
  });

  it('disturb nobody while the database is away', async () => {
    const away = new Database({
      ...dataSource,
      createQueryRunner: () => {
        throw new Error('away');
      },
    } as never);
    const elsewhere = new SignInOutcomes(away, new RolloutPolicyStore(away, auditTrailOn(away)), metrics);
    elsewhere.note(SUCCESS);
    await expect(elsewhere.flush()).resolves.toBeUndefined();
    expect(await count()).toBe(0);
  });

  it('are removed after 35 days', async () => {
    outcomes.note(SUCCESS);
    await outcomes.flush();
    await outcomes.purge(Date.now() + 34 * DAY);
    expect(await count()).toBe(1);
    await outcomes.purge(Date.now() + 36 * DAY);
    expect(await count()).toBe(0);
    await outcomes.purge();
  });
});
