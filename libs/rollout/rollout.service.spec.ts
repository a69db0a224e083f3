import { loadSettings, SettingsService } from '@cutover/config';
import type { AuthMode, Rollout } from '@cutover/contracts';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { auditTrailOn } from '@cutover/operations/testing';
import { ActiveFlags, LocalPasswords, type UserRecord, UserRepository } from '@cutover/users';
import type { DataSource } from 'typeorm';
import { PromotionSchedules } from './auto-promote/promotion-schedules';
import { VerifiedBackups } from './backup/verified-backups';
import type { ExternalAccountState } from '@cutover/users';
import { KnownAccounts } from './evidence/known-accounts';
import type { OpenStage } from './policy/open-stages';
import { RolloutPolicyStore } from './policy/rollout-policy.store';
import { type RolloutDecision, RolloutDecisions } from './rollout-decisions';
import { RolloutService } from './rollout.service';

const SECRETS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
};
const EXTERNAL = {
  ...DESCRIBED_API,
};

const PERSON: UserRecord = {
  id: 1,
  username: 'ada',
  email: null,
  fullName: null,
  active: true,
  role: 'user',
  externalUserId: null,
  displayName: null,
  azureEmail: null,
  lastTokenRefresh: null,
  pin: null,
  lastSignInAt: null,
  lastExternalRefusal: null,
  credentialsChangedAt: null,
  breakGlass: false,
  departure: null,
};
const TESTER = { ...PERSON, id: 2, username: 'grace' };
const OLGA = { userId: 3, name: 'olga' };
const ADMIN = { ...PERSON, id: 3, username: 'olga', role: 'admin' as const };

describeOnEachEngine('who signs in where', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    for (const { username } of [PERSON, TESTER, ADMIN]) {
      await database.execute(`INSERT INTO users (username, hashed_password) VALUES (?, 'x')`, [username]);
    }
  });
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  /** What a sync would have recorded. */
  const found = (userId: number, state: ExternalAccountState) =>
    database.execute(
      `INSERT INTO cutover_external_accounts (user_id, state, seen_at, run_id) VALUES (?, ?, 0, 'a run')`,
      [userId, state],
    );

  /** A process of its own, as far as the rollout goes: nothing but the database is shared. */
  function process(environment: Record<string, string> = EXTERNAL): RolloutService {
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
    return new RolloutService(
      policies,
      new RolloutDecisions(policies, users, passwords, new VerifiedBackups(database)),
      users,
      passwords,
      new KnownAccounts(database),
      new SettingsService(loadSettings({ ...SECRETS, ...environment })),
      new PromotionSchedules(database, auditTrailOn(database)),
      database,
    );
  }

  async function decide(
    service: RolloutService,
    stage: OpenStage,
    more: Partial<RolloutDecision> = {},
  ): Promise<Rollout> {
    const { version } = await service.current();
    const change = { stage, testUsers: ['grace'], reason: 'a test', ...more };
    return service.change(change, version, OLGA);
  }

  afterEach(() => database.execute('DELETE FROM cutover_external_accounts'));

  const CASES: [OpenStage, number, string, UserRecord | null, AuthMode][] = [
    ['off', 0, 'anybody', PERSON, 'local'],
    ['off', 0, 'a test user', TESTER, 'local'],
    ['off', 0, 'somebody pinned external', { ...PERSON, pin: 'external' }, 'external'],
    ['off', 0, 'an unknown name', null, 'local'],
    ['test-users', 0, 'a test user', TESTER, 'external'],
    ['test-users', 0, 'a test user pinned local', { ...TESTER, pin: 'local' }, 'local'],
    ['test-users', 0, 'anybody else', PERSON, 'local'],
    ['test-users', 0, 'an unknown name', null, 'local'],
    ['percent', 100, 'anybody of the share', PERSON, 'external'],
    ['percent', 100, 'somebody of the share pinned local', { ...PERSON, pin: 'local' }, 'local'],
    ['percent', 100, 'an administrator of the share who is not linked', ADMIN, 'local'],
    ['percent', 100, 'an unknown name', null, 'local'],
    ['all', 0, 'anybody', PERSON, 'external'],
    ['all', 0, 'somebody pinned local', { ...PERSON, pin: 'local' }, 'local'],
    ['all', 0, 'an administrator who is not linked', ADMIN, 'local'],
    ['all', 0, 'an administrator who is linked', { ...ADMIN, externalUserId: 'oid' }, 'external'],
    ['all', 0, 'an administrator pinned external', { ...ADMIN, pin: 'external' }, 'external'],
    ['all', 0, 'an unknown name', null, 'external'],
  ];

  it.each(CASES)('at the stage %s (%i): %s', async (stage, percent, _who, user, side) => {
    const service = process();
    await decide(service, stage, { percent });
    expect(await service.sideFor(user)).toBe(side);
  });

  it('has the test users on the external side at every share', async () => {
    const service = process();
    const ids = Array.from({ length: 300 }, (_, id) => id + 1);
    await decide(service, 'percent', { percent: 1 });
    const sides = await Promise.all(ids.map((id) => service.sideFor({ ...PERSON, id })));
    const external = ids.filter((_, index) => sides[index] === 'external');
    expect(external).toContain(TESTER.id);
    expect(external.length).toBeLessThan(30);
  });

  it.each([
    ['usable', 'external'],
    ['none', 'local'],
    ['disabled', 'local'],
    ['guest', 'local'],
    ['ambiguous', 'local'],
  ] as const)('with an account over there that sync called %s: %s', async (state, side) => {
    const service = process();
    for (const { id } of [PERSON, TESTER]) await found(id, state);
    await decide(service, 'all');
    expect(await service.sideFor(PERSON)).toBe(side);
    expect(await service.sideFor({ ...PERSON, pin: 'external' })).toBe('external');
    await decide(service, 'test-users');
    expect(await service.sideFor(TESTER)).toBe(side);
  });

  describe('on hold', () => {
    beforeEach(async () => {
      const service = process();
      await decide(service, 'percent', { percent: 25, liftHold: true });
      await decide(service, 'percent', { percent: 25, hold: 'sign-ins fail over there' });
    });

    const FORWARD: [OpenStage, Partial<RolloutDecision>][] = [
      ['all', {}],
      ['percent', { percent: 26 }],
      ['percent', { percent: 25, testUsers: ['grace', 'ada'] }],
    ];
    it.each(FORWARD)('does not go on to %s %j', async (stage, more) => {
      await expect(decide(process(), stage, more)).rejects.toMatchObject({
        code: 'validation_failed',
        detail: expect.stringMatching(/on hold since .+ \(sign-ins fail over there\).+lift/),
      });
    });

    const BACK: [OpenStage, Partial<RolloutDecision>][] = [
      ['percent', { percent: 24 }],
      ['test-users', { testUsers: ['ada'] }],
      ['off', {}],
    ];
    it.each(BACK)('goes back to %s %j, and the hold stands', async (stage, more) => {
      const rollout = await decide(process(), stage, more);
      expect(rollout).toMatchObject({ stage, hold: { reason: 'sign-ins fail over there' } });
      await expect(decide(process(), 'all')).rejects.toMatchObject({ code: 'validation_failed' });
    });

    it('goes on once a person lifts it', async () => {
      const service = process();
      expect(await decide(service, 'percent', { percent: 25, liftHold: true })).toMatchObject({ hold: null });
      expect(await decide(service, 'all')).toMatchObject({ stage: 'all', hold: null });
    });
  });

  it('is local for everybody while the master switch is off', async () => {
    const service = process({});
    await decide(service, 'all');
    for (const user of [PERSON, TESTER, { ...PERSON, pin: 'external' as const }, null]) {
      expect(await service.sideFor(user)).toBe('local');
    }
  });

  it('changes in the process that decides at once, and in every other one within 5 seconds', async () => {
    const [deciding, other] = [process(), process()];
    await decide(deciding, 'off');
    expect(await other.sideFor(PERSON)).toBe('local');
    await decide(deciding, 'all');
    expect(await deciding.sideFor(PERSON)).toBe('external');
    const real = performance.timeOrigin + performance.now();
    jest.useFakeTimers({
      now: real + 5000,
      doNotFake: [
        'performance',
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'nextTick',
        'queueMicrotask',
        'setInterval',
        'clearInterval',
        'hrtime',
        'clearImmediate',
      ],
    });
    expect(await other.sideFor(PERSON)).toBe('external');
    jest.useRealTimers();
  });

  it('keeps every decision', async () => {
    const service = process();
    const before = (await service.current()).version;
    await decide(service, 'off');
    await decide(service, 'test-users');
    const rows = await database.query(
      `SELECT version, stage, changed_by AS changedBy FROM cutover_rollout_policies WHERE version > ? ORDER BY version`,
      [before],
    );
    expect(rows).toEqual([
      { version: before + 1, stage: 'off', changedBy: 'olga' },
      { version: before + 2, stage: 'test-users', changedBy: 'olga' },
    ]);
  });
});
