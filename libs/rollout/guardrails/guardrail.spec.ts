import { Logger } from '@nestjs/common';
import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { Metrics } from '@cutover/operations';
import { auditTrailOn } from '@cutover/operations/testing';
import { ActiveFlags, LocalPasswords, UserRepository } from '@cutover/users';
import type { DataSource } from 'typeorm';
import { PromotionSchedules } from '../auto-promote/promotion-schedules';
import { VerifiedBackups } from '../backup/verified-backups';
import { KnownAccounts } from '../evidence/known-accounts';
import { OutcomeFigures } from '../evidence/outcome-figures';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { type RolloutDecision, RolloutDecisions } from '../rollout-decisions';
import { RolloutService } from '../rollout.service';
import { insertOutcomes, type OutcomeRow } from '../testing/insert-outcomes';
import { Guardrail } from './guardrail';
import { GuardrailVerdicts } from './guardrail-verdicts';

const ENVIRONMENT = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
  ...DESCRIBED_API,
  GUARDRAIL_INTERVAL: '3600',
};
const OLGA = { userId: null, name: 'cli:olga' };
const DAY = 24 * 60 * 60 * 1000;

describeOnEachEngine('the guardrail', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let rollout: RolloutService;
  let guardrail: Guardrail;
  let metrics: Metrics;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    await database.execute(`INSERT INTO users (username, hashed_password) VALUES ('grace', 'x')`);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });
  beforeEach(async () => {
    for (const table of ['cutover_sign_in_outcomes', 'cutover_guardrail_verdicts', 'cutover_audit_log'])
      await database.execute(`DELETE FROM ${table}`);
    await database.execute(`DELETE FROM cutover_rollout_policies WHERE version > 0`);
    ({ rollout, guardrail, metrics } = process());
    for (const stage of ['test-users', 'percent'] as const) await decide({ stage, percent: 5 });
    await decide({ stage: 'percent', percent: 25 });
  });

  /** A process of its own: nothing but the database is shared. */
  function process(environment: Record<string, string> = {}) {
    const settings = new SettingsService(loadSettings({ ...ENVIRONMENT, ...environment }));
    const candidates = {
      find: async (_column: string, names: string[]) =>
        (
          await database.query<{ id: number }>(
            `SELECT id FROM users WHERE username IN (${names.map(() => '?').join(', ')})`,
            names,
          )
        ).map(({ id }) => id),
    };
    const users = new UserRepository(database, candidates as never, new ActiveFlags(database));
    const passwords = new LocalPasswords(database);
    const policies = new RolloutPolicyStore(database, auditTrailOn(database));
    const decisions = new RolloutDecisions(policies, users, passwords, new VerifiedBackups(database));
    const service = new RolloutService(
      policies,
      decisions,
      users,
      passwords,
      new KnownAccounts(database),
      settings,
      new PromotionSchedules(database, auditTrailOn(database)),
      database,
    );
    const figures = new OutcomeFigures(database);
    const verdicts = new GuardrailVerdicts(database, auditTrailOn(database));
    const counted = new Metrics();
    return {
      rollout: service,
      metrics: counted,
      guardrail: new Guardrail(settings, policies, service, figures, verdicts, users, passwords, counted),
    };
  }

  async function decide(change: Partial<RolloutDecision> & Pick<RolloutDecision, 'stage'>) {
    const { version } = await rollout.current();
    return rollout.change({ testUsers: ['grace'], reason: 'a test', ...change }, version, OLGA);
  }
  const people = (count: number, row: OutcomeRow, first = 1) =>
    Array.from({ length: count }, (_, index) => ({ userId: first + index, ...row }));
  const happened = (...groups: OutcomeRow[][]) => insertOutcomes(database, groups.flat());
  /** An interval goes by; what was seen is seen again. */
  const later = () => database.execute(`UPDATE cutover_guardrail_verdicts SET evaluation = evaluation - 1`);
  async function evaluations(count: number) {
    const results = [];
    for (let n = 0; n < count; n++) {
      results.push(await guardrail.evaluate());
      await later();
    }
    return results;
  }

  const EXTERNAL = { side: 'external' } as const;
  const REFUSED = { ...EXTERNAL, outcome: 'refused' } as const;
  const FAULT = { ...EXTERNAL, outcome: 'fault', code: 'external_unavailable' } as const;
  const DOWN = people(30, FAULT);

  it('looks away while nobody is on the external side', async () => {
    await happened(DOWN);
    await decide({ stage: 'off' });
    expect(await guardrail.evaluate()).toBeNull();
    await decide({ stage: 'all' });
    expect(await process({ USE_EXTERNAL_AUTH: 'false' }).guardrail.evaluate()).toBeNull();
  });

  it('has every evaluation made once by all processes together, with its numbers', async () => {
    await happened(people(30, EXTERNAL), people(30, {}, 100));
    const results = await Promise.all([1, 2, 3].map(() => process().guardrail.evaluate()));
    expect(results.filter((result) => result !== null)).toEqual([
      { verdict: 'healthy', reasons: [], alarming: false, version: 3, action: null },
    ]);
    const [verdict, ...others] = await new GuardrailVerdicts(database, auditTrailOn(database)).since(0, 10);
    expect(others).toEqual([]);
    const side = { people: 30, faulty: 0, refused: 0, successes: 30, p95: 100 };
    expect(verdict).toMatchObject({
      stage: 'percent',
      percent: 25,
      verdict: 'healthy',
      figures: { external: side, baseline: side, guesses: { people: 0 } },
    });
  });

  it('goes back by itself after three failing verdicts, once, and keeps a hold', async () => {
    await happened(DOWN);
    const [first, second, third, fourth] = await evaluations(3);
    expect([first, second, third].map((result) => result?.verdict)).toEqual([
      'failing',
      'failing',
      'failing',
    ]);
    expect([first?.action, second?.action, third?.action, fourth]).toEqual([null, null, 'back', undefined]);
    const after = await rollout.current();
    expect(after).toMatchObject({
      stage: 'percent',
      percent: 5,
      testUsers: ['grace'],
      changedBy: 'cutover',
      hold: { reason: 'guardrail went back: faults: 30 of 30 people (100.0 %), at most 2.0 %' },
    });
    const audit = await database.query(
      `SELECT actor, outcome FROM cutover_audit_log WHERE action = 'rollout.changed' ORDER BY id DESC LIMIT 1`,
    );
    expect(audit).toEqual([{ actor: 'cutover', outcome: 'success' }]);
    expect(await metrics.registry.metrics()).toContain(
      'cutover_guardrail_verdicts_total{verdict="failing"} 3',
    );
    expect(await metrics.registry.metrics()).toContain('cutover_guardrail_actions_total{action="back"} 1\n');

    // It goes on failing at 5 %: that is for a person to see.
    await happened(DOWN);
    await evaluations(4);
    expect((await rollout.current()).version).toBe(after.version);

    // A person lifts the hold: what was seen before does not count again, and it may go back once more.
    await decide({ stage: 'percent', percent: 5, liftHold: true });
    expect(await guardrail.evaluate()).toMatchObject({ verdict: 'inconclusive' });
    await later();
    await happened(DOWN);
    await evaluations(3);
    expect(await rollout.current()).toMatchObject({ stage: 'test-users', hold: expect.any(Object) });
  });

  it('skips stages that have gone bad already', async () => {
    await happened(DOWN);
    await evaluations(3);
    await decide({ stage: 'percent', percent: 25, liftHold: true });
    await decide({ stage: 'percent', percent: 50 });
    await happened(DOWN);
    await evaluations(3);
    expect(await rollout.current()).toMatchObject({ stage: 'percent', percent: 5 });
  });

  it('does not go back for verdicts that do not run', async () => {
    await happened(DOWN);
    await evaluations(2);
    await database.execute(`DELETE FROM cutover_sign_in_outcomes`);
    await happened(people(30, EXTERNAL));
    await evaluations(1);
    await happened(DOWN);
    const [third] = await evaluations(1);
    expect(third).toMatchObject({ verdict: 'failing', action: null });
  });

  it('is not to be pushed: refusals count on people’s own devices only, and people count, not requests', async () => {
    const fine = people(99, EXTERNAL);
    const elsewhere = { ...REFUSED, code: 'mfa_required', knownDevice: false } as const;
    const busy = { ...FAULT, code: 'service_busy', knownDevice: false } as const;
    const insistent = Array.from({ length: 50 }, () => ({
      ...REFUSED,
      userId: 300,
      code: 'mfa_required' as const,
    }));
    await happened(
      fine,
      people(98, elsewhere),
      people(98, busy),
      people(50, { ...FAULT, userId: null }),
      insistent,
    );
    expect(await guardrail.evaluate()).toMatchObject({ verdict: 'healthy' });
    await later();
    await happened(people(1, { ...REFUSED, code: 'account_disabled' }, 301));
    expect(await guardrail.evaluate()).toMatchObject({
      verdict: 'failing',
      reasons: ['refusals: 2 of 101 people on their own devices (2.0 %), at most 1.0 %'],
    });
  });

  it('counts those whom the fallback let in as having met a fault', async () => {
    await happened(people(30, { fallback: true }));
    expect(await guardrail.evaluate()).toMatchObject({
      verdict: 'failing',
      reasons: ['faults: 30 of 30 people (100.0 %), at most 2.0 %'],
    });
  });

  it('compares times with the local ones, of the last week where it must', async () => {
    await happened(people(30, { ...EXTERNAL, duration: 301 }), people(30, { ago: 3 * DAY }, 100));
    expect(await guardrail.evaluate()).toMatchObject({
      verdict: 'failing',
      reasons: ['time: p95 301 ms, 100 ms in comparison, at most 3 times that'],
    });
  });

  it('holds and never goes back when wrong passwords and lockouts are on the rise', async () => {
    await happened(people(30, { ago: DAY }), people(30, EXTERNAL));
    await happened(people(30, { ...REFUSED, code: 'account_locked' }));
    const results = await evaluations(4);
    expect(results.map((result) => [result?.verdict, result?.action])).toEqual([
      ['inconclusive', 'hold'],
      ['inconclusive', null],
      ['inconclusive', null],
      ['inconclusive', null],
    ]);
    expect(await rollout.current()).toMatchObject({
      stage: 'percent',
      percent: 25,
      hold: { reason: expect.stringMatching(/^guardrail: wrong passwords and lockouts: 50\.0 % .* 0\.0 %/) },
    });
    // What fails for another reason goes back all the same.
    await happened(DOWN);
    await evaluations(3);
    expect(await rollout.current()).toMatchObject({ stage: 'percent', percent: 5 });
  });

  it('leaves it to a person who decides at the same moment', async () => {
    await happened(DOWN);
    await evaluations(2);
    const racing = process();
    jest.spyOn(racing.rollout, 'change').mockImplementationOnce(async (change, version, by) => {
      await decide({ stage: 'percent', percent: 10 });
      return rollout.change(change, version, by);
    });
    expect(await racing.guardrail.evaluate()).toMatchObject({ verdict: 'failing', action: null });
    expect(await rollout.current()).toMatchObject({ percent: 10, hold: null });
  });
});
