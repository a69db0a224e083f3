import { Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { ExternalUnavailable, ProviderCircuits } from '@cutover/external-auth';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { Metrics } from '@cutover/operations';
import { auditTrailOn } from '@cutover/operations/testing';
import { ActiveFlags, LocalPasswords, UserRepository } from '@cutover/users';
import type { DataSource } from 'typeorm';
import { VerifiedBackups } from '../backup/verified-backups';
import { KnownAccounts } from '../evidence/known-accounts';
import { OutcomeFigures } from '../evidence/outcome-figures';
import { SignInOutcomes } from '../evidence/sign-in-outcomes';
import { Guardrail } from '../guardrails/guardrail';
import { GuardrailJob } from '../guardrails/guardrail-job';
import { GuardrailVerdicts } from '../guardrails/guardrail-verdicts';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { type RolloutDecision, RolloutDecisions } from '../rollout-decisions';
import { RolloutService } from '../rollout.service';
import { insertOutcomes, type OutcomeRow } from '../testing/insert-outcomes';
import { AutoPromotion } from './auto-promotion';
import type { ScheduledStep } from './promotion-schedule';
import { PromotionSchedules } from './promotion-schedules';

const SETTINGS = new SettingsService(
  loadSettings({
    LOCAL_JWT_SECRET: 'x'.repeat(32),
    TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
    ...DESCRIBED_API,
    EXTERNAL_AUTH_CIRCUIT_FAILURES: '1',
    GUARDRAIL_INTERVAL: '3600',
    GUARDRAIL_FAILURES: '2',
  }),
);
const OLGA = { userId: null, name: 'cli:olga' };
const HOUR = 60 * 60 * 1000;

describeOnEachEngine('a scheduled promotion', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let one: ReturnType<typeof process>;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });
  beforeEach(async () => {
    const tables = [
      'sign_in_outcomes',
      'guardrail_verdicts',
      'promotion_schedules',
      'promotion_waits',
      'backups',
    ];
    for (const table of tables) await database.execute(`DELETE FROM cutover_${table}`);
    await database.execute(`DELETE FROM cutover_audit_log`);
    await database.execute(`DELETE FROM cutover_rollout_policies WHERE version > 0`);
    one = process();
    await backup();
  });

  /** A process of its own: nothing but the database is shared. */
  function process() {
    const audit = auditTrailOn(database);
    const users = new UserRepository(database, {} as never, new ActiveFlags(database));
    const passwords = new LocalPasswords(database);
    const policies = new RolloutPolicyStore(database, audit);
    const schedules = new PromotionSchedules(database, audit);
    const decisions = new RolloutDecisions(policies, users, passwords, new VerifiedBackups(database));
    const accounts = new KnownAccounts(database);
    const rollout = new RolloutService(
      ...([policies, decisions, users, passwords, accounts, SETTINGS, schedules, database] as const),
    );
    const verdicts = new GuardrailVerdicts(database, audit);
    const figures = new OutcomeFigures(database);
    const metrics = new Metrics();
    const guardrail = new Guardrail(
      ...([SETTINGS, policies, rollout, figures, verdicts, users, passwords, metrics] as const),
    );
    const circuits = new ProviderCircuits(SETTINGS, metrics);
    const promotion = new AutoPromotion(database, policies, schedules, rollout, verdicts, circuits);
    const outcomes = new SignInOutcomes(database, policies, metrics);
    const job = new GuardrailJob(
      ...([new SchedulerRegistry(), SETTINGS, guardrail, promotion, outcomes, verdicts] as const),
    );
    return { rollout, guardrail, promotion, circuits, job };
  }

  const backup = (age = 0) =>
    new VerifiedBackups(database).record({
      ...{ takenAt: Date.now() - age, by: 'cli:olga', file: 'backup', sha256: '00', encrypted: true },
      users: 0,
    });
  const step = (percent: number | null, hours: number): ScheduledStep => ({
    ...{ stage: percent === null ? 'all' : 'percent', percent },
    at: Date.now() + hours * HOUR,
  });
  async function decide(change: Partial<RolloutDecision> = {}) {
    const { version } = await one.rollout.current();
    return one.rollout.change({ stage: 'percent', percent: 5, reason: 'a pilot', ...change }, version, OLGA);
  }
  /** 5 percent, from there to 25 in an hour and to all in three. */
  const schedule = () => decide({ autoPromote: [step(25, 1), step(null, 3)] });
  /** So much time goes by for the schedule, and an interval for the guardrail. */
  async function later(hours: number) {
    await database.execute(`UPDATE cutover_guardrail_verdicts SET evaluation = evaluation - 1`);
    const rows = await database.query<{ version: number; steps: string }>(
      `SELECT policy_version AS version, steps FROM cutover_promotion_schedules`,
    );
    for (const { version, steps } of rows) {
      const moved = (JSON.parse(steps) as ScheduledStep[]).map((due) => ({
        ...due,
        at: due.at - hours * HOUR,
      }));
      await database.execute(`UPDATE cutover_promotion_schedules SET steps = ? WHERE policy_version = ?`, [
        JSON.stringify(moved),
        version,
      ]);
    }
  }
  const signIns = (row: OutcomeRow = {}) =>
    insertOutcomes(
      database,
      Array.from({ length: 30 }, (_, index) => ({ userId: index + 1, side: 'external' as const, ...row })),
    );
  async function look() {
    const evaluation = await one.guardrail.evaluate();
    if (!evaluation) throw new Error('no evaluation was made');
    return one.promotion.afterEvaluation(evaluation);
  }
  const state = async () => {
    const { stage, percent, version } = await one.rollout.current();
    return { stage, percent, version };
  };
  const ENTRIES = `SELECT actor, action, subject, outcome FROM cutover_audit_log WHERE action LIKE 'rollout.%' ORDER BY id`;

  it('takes each step once when it is due, whatever the number of processes, and says who had scheduled it', async () => {
    await schedule();
    await signIns();
    await Promise.all([process(), process()].map(({ job }) => job.run()));
    expect(await state()).toEqual({ stage: 'percent', percent: 5, version: 1 });

    await later(2);
    await Promise.all([process(), process(), process()].map(({ job }) => job.run()));
    expect(await one.rollout.current()).toMatchObject({
      ...{ stage: 'percent', percent: 25, version: 2, changedBy: 'auto-promote', hold: null },
      reason: 'a pilot (scheduled by cli:olga with version 1)',
    });

    // What was seen at 5 % says nothing of 25 %.
    await later(2);
    await database.execute(`UPDATE cutover_sign_in_outcomes SET at = at - ?`, [HOUR]);
    expect(await look()).toMatchObject({ waitsFor: 'a healthy verdict: it is inconclusive' });
    await signIns();
    await later(0);
    expect(await look()).toMatchObject({ step: { stage: 'all' }, waitsFor: null });
    expect(await state()).toMatchObject({ stage: 'all', version: 3 });
    const did = (actor: string, action: string) => ({
      actor,
      action,
      subject: 'rollout',
      outcome: 'success',
    });
    expect(await database.query(ENTRIES)).toEqual([
      did('cli:olga', 'rollout.changed'),
      did('cli:olga', 'rollout.scheduled'),
      did('auto-promote', 'rollout.changed'),
      did('auto-promote', 'rollout.changed'),
    ]);
    await later(0);
    expect(await look()).toBeNull();
  });

  it('takes a step once where two processes find it due on the same verdict', async () => {
    await schedule();
    await signIns();
    await later(2);
    const evaluation = await one.guardrail.evaluate();
    if (!evaluation) throw new Error('no evaluation was made');
    const found = await Promise.all([1, 2].map(() => process().promotion.afterEvaluation(evaluation)));
    expect(found.filter((due) => due?.waitsFor === null)).toHaveLength(1);
    expect(await state()).toEqual({ stage: 'percent', percent: 25, version: 2 });
  });

  it('waits and says for what, and goes on once that is dealt with', async () => {
    await schedule();
    await later(2);
    expect(await look()).toMatchObject({
      step: { stage: 'percent', percent: 25 },
      waitsFor: 'a healthy verdict: it is inconclusive',
    });
    const waiting = async () => (await process().rollout.schedule())?.waiting;
    expect(await waiting()).toEqual({
      for: 'a healthy verdict: it is inconclusive',
      since: expect.any(Number),
    });
    await signIns();

    const outage = () => Promise.reject(new ExternalUnavailable({ operation: 'login', reason: 'timeout' }));
    await one.circuits
      .of('login')
      .run('login', outage)
      .catch(() => undefined);
    await later(0);
    expect(await look()).toMatchObject({ waitsFor: 'a closed circuit: it is open' });
    one = process();

    await database.execute(
      `UPDATE cutover_rollout_policies SET hold_reason = 'see to it', hold_since = 1 WHERE version = 1`,
    );
    await later(0);
    expect(await look()).toMatchObject({ waitsFor: 'the end of the hold: see to it' });
    await database.execute(`UPDATE cutover_rollout_policies SET hold_reason = NULL, hold_since = NULL`);

    await database.execute(`DELETE FROM cutover_backups`);
    await backup(25 * HOUR);
    await later(0);
    expect(await look()).toMatchObject({ waitsFor: 'a recent verified backup' });
    const before = await waiting();
    expect(before).toMatchObject({ for: 'a recent verified backup' });
    await later(0);
    await look();
    expect(await waiting()).toEqual(before);
    expect(await state()).toEqual({ stage: 'percent', percent: 5, version: 1 });

    await backup();
    await later(0);
    expect(await look()).toMatchObject({ waitsFor: null });
    expect(await state()).toEqual({ stage: 'percent', percent: 25, version: 2 });
    expect(await waiting()).toBeNull();
  });

  it('does not go on by a verdict on another decision than the one in force', async () => {
    await decide();
    await signIns();
    const before = await one.guardrail.evaluate();
    await schedule();
    await later(2);
    if (!before) throw new Error('no evaluation was made');
    expect(await one.promotion.afterEvaluation(before)).toMatchObject({
      waitsFor: expect.stringContaining('a verdict on the decision in force'),
    });
    expect(await state()).toMatchObject({ percent: 5, version: 2 });
  });

  it('is over with the next decision of a person, even one that changes nothing', async () => {
    await schedule();
    await signIns();
    await decide({ reason: 'I look after it myself' });
    await later(2);
    expect(await look()).toBeNull();
    expect(await one.rollout.schedule()).toBeNull();
    expect(await state()).toEqual({ stage: 'percent', percent: 5, version: 2 });
  });

  it('is over when the guardrail goes back, and does not come back with the stage', async () => {
    await decide();
    await decide({ percent: 10, autoPromote: [step(25, 1)] });
    await signIns({ outcome: 'fault', code: 'external_unavailable' });
    await later(2);
    expect(await look()).toMatchObject({ waitsFor: 'a healthy verdict: it is failing' });
    await later(0);
    expect(await look()).toBeNull();
    expect(await one.rollout.current()).toMatchObject({ percent: 5, changedBy: 'cutover' });
    await decide({ percent: 10, liftHold: true });
    await database.execute(`DELETE FROM cutover_sign_in_outcomes`);
    await signIns();
    await later(2);
    expect(await look()).toBeNull();
    expect(await state()).toMatchObject({ percent: 10, version: 4 });
  });

  it('is over with a rollback', async () => {
    await schedule();
    await decide({ stage: 'off', hold: 'rolled back' });
    await later(2);
    expect(await one.rollout.schedule()).toBeNull();
    await one.job.run();
    expect(await state()).toMatchObject({ stage: 'off', version: 2 });
  });

  it('refuses what is no schedule, and keeps nothing of the decision', async () => {
    await expect(decide({ autoPromote: [step(25, 2), step(null, 1)] })).rejects.toMatchObject({
      code: 'validation_failed',
      message: expect.stringContaining('--auto-promote on the command line'),
    });
    expect(await state()).toMatchObject({ stage: 'off', version: 0 });
    expect(await database.query(ENTRIES)).toEqual([]);
  });
});
