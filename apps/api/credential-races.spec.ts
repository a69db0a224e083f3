import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BreakGlassAccounts } from '@cutover/auth/break-glass';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { Database, DatabaseModule } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { AuditModule, MetricsModule } from '@cutover/operations';
import {
  BackupService,
  CleanupService,
  PeopleService,
  RestoreService,
  RolloutModule,
} from '@cutover/rollout';
import { openCleanupGates } from '@cutover/rollout/testing';
import { LocalPasswords, PasswordChecker, ResetCodes, UserRepository } from '@cutover/users';
import { NestFactory } from '@nestjs/core';
import { TestApi } from './testing/test-api';

/** Enough for the old ways to fail each time; more with the environment, to measure. */
const ROUNDS = Number(process.env['CREDENTIAL_RACE_ROUNDS'] ?? 2);
/** As many as a queue of passwords takes beside the one in hand, but for the reset's own. */
const CROWD = { ordinary: 36, breakGlass: 8 };
const OLD = 'Analytical-Engine-1843';
const NEW = 'Difference-Engine-1822';
const BY = 'cli:test';
const BACKUP_KEY = randomBytes(32).toString('base64');
const AUDIT_KEYS = `k:${randomBytes(32).toString('base64')}`;

/** Whoever keeps signing in with an old credential while it is replaced: what they sent before waits for a thread. */
describeOnEachEngine('a sign-in that was checked against an old credential', (engine) => {
  let database: TestDatabase;
  let api: TestApi;
  let folder: string;

  beforeEach(start);
  afterEach(stop);

  async function start() {
    folder = mkdtempSync(join(tmpdir(), 'cutover-race-'));
    database = await engine.createDatabase();
    api = await TestApi.start(database, { TRUST_PROXY: '127.0.0.1', BACKUP_KEY, AUDIT_KEYS });
  }
  async function stop() {
    await api.stop();
    rmSync(folder, { recursive: true });
  }

  const user = async (id: number) => {
    const found = await api.get(UserRepository).findById(id);
    if (!found) throw new Error(`no row ${id}`);
    return found;
  };
  const newHash = (password: string) => api.get(PasswordChecker).hash(password);

  /**
   * Signs in with the old password from so many places at once, and replaces it in the middle.
   *
   * @returns how many sessions there are once all of it is through
   */
  async function race(name: string, password: string, crowd: number, replace: () => Promise<unknown>) {
    const part = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) =>
        api.client().signIn(name, password, { 'x-forwarded-for': `192.0.2.${from + index}` }),
      );
    const before = part(0, crowd / 2);
    const replaced = replace();
    const answers = await Promise.all([...before, ...part(crowd / 2, crowd)]);
    await replaced;
    const codes = new Set(answers.map(({ status, code }) => code ?? status));
    expect([200, 'invalid_credentials', 'service_busy']).toEqual(expect.arrayContaining([...codes]));
    const live = await api.get(Database).query(`SELECT id FROM cutover_sessions WHERE ended_at IS NULL`);
    return live.length;
  }

  /** @param run one round; it answers how many sessions are left */
  async function rounds(run: (round: number) => Promise<number>) {
    const left: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) left.push(await run(round));
    expect(left).toEqual(Array<number>(ROUNDS).fill(0));
  }

  /** Whoever knows the new one is not held up. */
  async function owner(name: string, password: string) {
    const client = api.client();
    expect(await client.signIn(name, password)).toMatchObject({ status: 200 });
    await client.signOut();
  }

  it('leaves no session behind a reset', async () => {
    const id = await api.addPerson({ username: 'ada', password: OLD });
    let password = OLD;
    await rounds(async (round) => {
      const newPassword = `${NEW}-${round}`;
      const left = await race('ada', password, CROWD.ordinary, async () => {
        const { code } = await api.get(ResetCodes).issue(await user(id), BY);
        const body = { username: 'ada', code, newPassword };
        expect((await api.client().call('POST', '/api/auth/reset', { body })).status).toBe(204);
      });
      password = newPassword;
      await owner('ada', password);
      return left;
    });
  });

  it('leaves no session behind new break-glass credentials', async () => {
    const id = await api.addPerson({ username: 'rescue', password: OLD, role: 'admin' });
    const accounts = api.get(BreakGlassAccounts);
    const give = async (password: string) => accounts.add(await user(id), { password, replace: true }, BY);
    // The first of them take the place of the row's own password.
    expect(await race('rescue', OLD, CROWD.ordinary, () => give(NEW))).toBe(0);
    let password = NEW;
    await rounds(async (round) => {
      const next = `${NEW}-${round}`;
      const left = await race('rescue', password, CROWD.breakGlass, () => give(next));
      password = next;
      await owner('rescue', password);
      return left;
    });
    const taken = async () => accounts.remove(await accounts.named('rescue'), BY);
    expect(await race('rescue', password, CROWD.breakGlass, taken)).toBe(0);
  });

  it('leaves no session behind a deactivation', async () => {
    const id = await api.addPerson({ username: 'ada', password: OLD });
    const people = api.get(PeopleService);
    const by = { userId: null, name: BY };
    await rounds(async () => {
      const left = await race('ada', OLD, CROWD.ordinary, () => people.change(id, { active: false }, by));
      await people.change(id, { active: true }, by);
      await owner('ada', OLD);
      return left;
    });
  });

  it('leaves no session behind a restore', async () => {
    const id = await api.addPerson({ username: 'ada', password: NEW });
    const from = join(folder, 'a.backup');
    await api.get(BackupService).make({ to: from, plaintext: false, by: BY, dryRun: false });
    const hash = await newHash(OLD);
    const restore = { from, plaintext: false, acceptPrivileges: true, by: BY, dryRun: false };
    await rounds(async () => {
      await api.get(LocalPasswords).set(id, hash, new Date());
      const left = await race('ada', OLD, CROWD.ordinary, () => api.get(RestoreService).restore(restore));
      await owner('ada', NEW);
      return left;
    });
  });

  it('leaves no session behind the clean-up', async () => {
    await rounds(async (round) => {
      if (round > 1) {
        await stop();
        await start();
      }
      const rescue = await api.addPerson({ username: 'rescue', password: OLD, role: 'admin' });
      await api.addPerson({ username: 'ada', password: OLD });
      await api.get(Database).execute(`UPDATE users SET external_user_id = 'oid-ada' WHERE username = 'ada'`);
      await openCleanupGates(api.get(Database), {
        auditKeys: AUDIT_KEYS,
        breakGlass: { id: rescue, username: 'rescue', passwordHash: await newHash(NEW) },
      });
      const operator = await programOf(database);
      const cleanup = operator.get(CleanupService, { strict: false });
      const file = { sealTo: join(folder, 'passwords.sealed'), days: 30, by: BY, dryRun: false };
      let left = -1;
      let crowd: Promise<number> | null = null;
      // The gates ask for a month without local sign-ins: the crowd comes after them.
      const done = Promise.withResolvers<unknown>();
      const onStart = () => {
        crowd = race('ada', OLD, CROWD.ordinary, () => done.promise);
      };
      expect(await cleanup.apply({ ...file, onStart })).toMatchObject({ outcome: 'done' });
      done.resolve(null);
      left = (await crowd) ?? -1;
      await operator.close();
      await owner('rescue', NEW);
      return left;
    });
  });
});

/** A command's, which is a process of its own. */
function programOf({ url }: TestDatabase) {
  const settings = loadSettings({
    ...DESCRIBED_API,
    NODE_ENV: 'test',
    DATABASE_URL: url,
    LOCAL_JWT_SECRET: randomBytes(32).toString('base64url'),
    TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
    AUDIT_KEYS,
    BACKUP_KEY,
  });
  const module = {
    module: class {},
    imports: [
      ConfigurationModule.forRoot(settings),
      DatabaseModule.forRoot(),
      MetricsModule,
      AuditModule,
      RolloutModule,
    ],
  };
  return NestFactory.createApplicationContext(module, { logger: false });
}
