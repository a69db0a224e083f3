import { loadSettings, SettingsService } from '@cutover/config';
import type { AuthMode, Stage } from '@cutover/contracts';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { AuditTrail } from '@cutover/operations';
import { type UserRecord, UserRepository } from '@cutover/users';
import type { DataSource } from 'typeorm';
import { RolloutPolicyStore } from './policy/rollout-policy.store';
import { type OpenStage, RolloutService } from './rollout.service';

const SECRETS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
};
const EXTERNAL = {
  USE_EXTERNAL_AUTH: 'true',
  EXTERNAL_AUTH_API_URL: 'https://auth.example.org',
  EXTERNAL_AUTH_JWKS_URL: 'https://auth.example.org/keys',
  EXTERNAL_AUTH_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  EXTERNAL_AUTH_ISSUER: 'https://issuer.example.org',
  EXTERNAL_AUTH_AUDIENCE: 'api://portal',
};

const PERSON: UserRecord = {
  id: 1,
  username: 'ada',
  email: null,
  fullName: null,
  hashedPassword: 'x',
  active: true,
  role: 'user',
  externalUserId: null,
  displayName: null,
  azureEmail: null,
  lastTokenRefresh: null,
  pin: null,
  lastSignInAt: null,
  lastExternalRefusal: null,
};
const TESTER = { ...PERSON, id: 2, username: 'grace' };
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

  /** A process of its own, as far as the rollout goes: nothing but the database is shared. */
  function process(environment: Record<string, string> = EXTERNAL): RolloutService {
    const candidates = {
      condition: async (_column: string, name: string) => ({ sql: 'u.username = ?', parameters: [name] }),
    };
    const users = new UserRepository(database, candidates as never);
    return new RolloutService(
      new RolloutPolicyStore(database, new AuditTrail(database)),
      users,
      new SettingsService(loadSettings({ ...SECRETS, ...environment })),
    );
  }

  async function decide(service: RolloutService, stage: OpenStage): Promise<void> {
    const { version } = await service.current();
    await service.change({ stage, testUsers: ['grace'], reason: 'a test' }, version, {
      userId: 3,
      name: 'olga',
    });
  }

  const CASES: [Stage, string, UserRecord | null, AuthMode][] = [
    ['off', 'anybody', PERSON, 'local'],
    ['off', 'a test user', TESTER, 'local'],
    ['off', 'somebody pinned external', { ...PERSON, pin: 'external' }, 'external'],
    ['off', 'an unknown name', null, 'local'],
    ['test-users', 'a test user', TESTER, 'external'],
    ['test-users', 'a test user pinned local', { ...TESTER, pin: 'local' }, 'local'],
    ['test-users', 'anybody else', PERSON, 'local'],
    ['test-users', 'an unknown name', null, 'local'],
    ['all', 'anybody', PERSON, 'external'],
    ['all', 'somebody pinned local', { ...PERSON, pin: 'local' }, 'local'],
    ['all', 'an administrator who is not linked', ADMIN, 'local'],
    ['all', 'an administrator who is linked', { ...ADMIN, externalUserId: 'oid' }, 'external'],
    ['all', 'an administrator pinned external', { ...ADMIN, pin: 'external' }, 'external'],
    ['all', 'an unknown name', null, 'external'],
  ];

  it.each(CASES)('at the stage %s: %s', async (stage, _who, user, side) => {
    const service = process();
    await decide(service, stage as OpenStage);
    expect(await service.sideFor(user)).toBe(side);
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
