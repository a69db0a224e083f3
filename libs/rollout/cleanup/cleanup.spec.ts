import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { Database, DatabaseHealth, DatabaseModule, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { type AuditAction, type AuditEntry, AuditModule, MetricsModule } from '@cutover/operations';
import { auditKey, AuditProcess, emptyAuditTrail } from '@cutover/operations/testing';
import { LocalPasswords, ResetCodes, UserRepository } from '@cutover/users';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackupService } from '../backup/backup.service';
import { RestoreService } from '../backup/restore/restore.service';
import { Guardrail } from '../guardrails/guardrail';
import { PeopleService } from '../people/people.service';
import { ReadinessService } from '../readiness/readiness.service';
import { RollbackPlanner } from '../rollback/rollback-planner';
import { RolloutModule } from '../rollout.module';
import { RolloutService } from '../rollout.service';
import { openCleanupGates } from '../testing/open-cleanup-gates';
import { type CleanupRequest, CleanupService } from './cleanup.service';
import { readSealedPasswords } from './sealed-passwords';
import { Unsealing } from './unsealing';

const DAY = 24 * 60 * 60 * 1000;
const OLGA = { userId: null, name: 'cli:olga' };
const KEY = randomBytes(32);
const SETTINGS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
  BACKUP_KEY: KEY.toString('base64'),
  AUDIT_KEYS: auditKey('k1'),
  ...DESCRIBED_API,
  GUARDRAIL_FAILURES: '2',
};
const GATES = { auditKeys: SETTINGS.AUDIT_KEYS, breakGlass: { id: 4, username: 'olga' } };
const HASH = '$2b$06$abcdefghijklmnopqrstuufo4bs9cdlEmEkYOXb0TxWPCO.KjgoTu';
const GONE = { code: 'validation_failed', detail: expect.stringContaining('clean-up has removed') };

describeOnEachEngine('the clean-up', (engine) => {
  let testDatabase: TestDatabase;
  let program: INestApplicationContext;
  let database: Database;
  let folder: string;
  let trail: AuditProcess;

  beforeEach(async () => {
    testDatabase = await engine.createDatabase();
    const source = await openDataSource(testDatabase.connection);
    await new Migrator(source).migrate();
    await source.destroy();
    program = await processOn(SETTINGS);
    database = program.get(Database, { strict: false });
    folder = mkdtempSync(join(tmpdir(), 'cutover-cleanup-'));
    for (const [id, username, hash] of [
      [1, 'ada', HASH],
      [2, 'grace "the" Ünïcode', 'md5:unknown'],
      [3, 'no-password', null],
      [4, 'olga', HASH],
    ])
      await database.execute(
        `INSERT INTO users (id, username, hashed_password, external_user_id, role, updated_at)
         VALUES (?, ?, ?, ?, ?, '2020-01-02 03:04:05')`,
        [id, username, hash, id === 4 ? null : `object-${id}`, id === 4 ? 'admin' : 'user'],
      );
    trail = new AuditProcess(database, SETTINGS.AUDIT_KEYS);
    await openCleanupGates(database, GATES);
  });
  afterEach(async () => {
    await program.close();
    await testDatabase.drop();
    rmSync(folder, { recursive: true });
  });

  /** A process of its own: nothing but the database is shared. */
  const processOn = (settings: Record<string, string>) =>
    NestFactory.createApplicationContext(
      {
        module: class {},
        imports: [
          ConfigurationModule.forRoot(loadSettings({ ...settings, DATABASE_URL: testDatabase.url })),
          DatabaseModule.forRoot(),
          MetricsModule,
          AuditModule,
          RolloutModule,
        ],
      },
      { logger: false },
    );
  const of = <T>(token: abstract new (...parameters: never[]) => T): T =>
    program.get<T>(token as never, { strict: false });
  const file = () => join(folder, 'passwords.sealed');
  const apply = (request: Partial<CleanupRequest> = {}) =>
    of(CleanupService).apply({ sealTo: file(), days: 30, by: OLGA.name, dryRun: false, ...request });
  const closed = async (days = 30) =>
    (await of(CleanupService).check(days)).gates.filter(({ passed }) => !passed);
  const actions = async () =>
    (
      await database.query<{ action: string }>(
        `SELECT action FROM cutover_audit_log WHERE action LIKE 'cleanup.%' ORDER BY id`,
      )
    ).map(({ action }) => action);
  const columns = async () =>
    Object.keys((await database.query<object>(`SELECT * FROM users LIMIT 1`))[0] ?? {});
  const entry = async (at: number, action: AuditAction, detail: NonNullable<AuditEntry['detail']> = {}) => {
    await trail.backdated(at, { action, actor: 'a', outcome: 'success', detail });
    await trail.sealer.seal();
  };

  it('is open where everything went well', async () => {
    expect(await closed()).toEqual([]);
  });

  const STATE = `INSERT INTO cutover_external_accounts (user_id, state, seen_at, run_id) VALUES`;
  it('is closed by what stands against it, one by one', async () => {
    const policy = (values: string) => `UPDATE cutover_rollout_policies SET ${values} WHERE version = 1`;
    const state = (values: string) => `UPDATE cutover_user_state SET ${values} WHERE user_id = 1`;
    const link = (value: string) => `UPDATE users SET external_user_id = ${value} WHERE id = 1`;
    const lastSignIn = `last_sign_in_at = ${Date.now()}`;
    const cases = [
      ['stage', policy(`stage = 'percent'`), policy(`stage = 'all'`)],
      ['stage', policy(`hold_reason = 'x', hold_since = 1`), policy(`hold_reason = NULL, hold_since = NULL`)],
      ['pins', state(`pin = 'local'`), state(`pin = NULL`)],
      ['linked', link('NULL'), link(`'object-1'`)],
      ['accounts', `${STATE} (1, 'disabled', 0, 'a run')`, `DELETE FROM cutover_external_accounts`],
      ['dormant', state(`last_sign_in_at = 1`), state(lastSignIn)],
      ['dormant', state(`last_sign_in_at = NULL`), state(lastSignIn)],
    ] as const;
    for (const [id, sql, undo] of cases) {
      await database.execute(sql);
      expect(await closed()).toEqual([expect.objectContaining({ id, advice: expect.any(String) })]);
      await expect(apply()).rejects.toMatchObject({ detail: expect.stringContaining(`${id}: `) });
      await database.execute(undo);
    }
    expect(await closed()).toEqual([]);
    expect(existsSync(file())).toBe(false);
    expect(await columns()).toContain('hashed_password');
  });

  it('names who is in the way, and lets the decided and the deactivated be', async () => {
    await database.execute(`UPDATE users SET external_user_id = NULL WHERE id = 1`);
    expect(await closed()).toMatchObject([{ id: 'linked', people: ['ada (id 1)'], evidence: { people: 1 } }]);
    await database.execute(`UPDATE users SET is_active = 0 WHERE id = 1`);
    await database.execute(`DELETE FROM cutover_user_state`);
    expect((await closed()).map(({ id }) => id)).toEqual(['dormant']);
    await database.execute(`${STATE} (2, 'usable', 0, 'a run')`); // sync has seen it
    await database.execute(`UPDATE users SET last_token_refresh = '2020-01-01 00:00:00' WHERE id = 3`); // was let in once
    expect(await closed()).toEqual([]);
  });

  it('counts local sign-ins and fallbacks, and only what is on record', async () => {
    const now = Date.now();
    expect(await closed(60)).toMatchObject([
      {
        id: 'local_sign_ins',
        evidence: { recordedDays: 31 },
        advice: expect.stringContaining('31 of 60 days'),
      },
    ]);
    await entry(now - 29 * DAY, 'sign_in', { authMode: 'local', sessionId: 's' });
    await entry(now - 8 * DAY, 'sign_in.fallback', { sessionId: 's' });
    expect(await closed()).toMatchObject([
      { id: 'local_sign_ins', evidence: { signIns: 1, fallbacks: 1, recordedDays: 31 } },
    ]);
    expect(await closed(7)).toEqual([]);
  });

  it('wants a drill, a rehearsal and a backup that are recent', async () => {
    await database.execute(`DELETE FROM cutover_break_glass`);
    await database.execute(`DELETE FROM cutover_backups`);
    await emptyAuditTrail(database);
    trail = new AuditProcess(database, SETTINGS.AUDIT_KEYS);
    await openCleanupGates(database, { ...GATES, drillAgo: 7 * DAY + 1000, rehearsalAgo: 30 * DAY + 1000 });
    await database.execute(`UPDATE cutover_backups SET taken_at = ?`, [Date.now() - DAY - 1000]);
    expect((await closed()).map(({ id }) => id)).toEqual(['break_glass', 'rehearsal', 'backup']);
    await entry(Date.now(), 'break_glass.sign_in', { sessionId: 's', provider: 'up' }); // it was not unreachable
    await entry(Date.now(), 'rehearsal.completed', { backupRestored: false });
    expect((await closed()).map(({ id }) => id)).toEqual(['break_glass', 'rehearsal', 'backup']);
    await entry(Date.now(), 'backup.restored', {});
    expect((await closed()).map(({ id }) => id)).toEqual(['break_glass', 'backup']);
  });

  it('seals what it removes, once, and says what is dead', async () => {
    expect(await apply({ dryRun: true })).toMatchObject({ outcome: 'would be done', passwords: 3 });
    expect(existsSync(file())).toBe(false);
    const kept = dump(testDatabase, 'cutover_break_glass');
    const done = await apply();
    expect(done).toMatchObject({
      outcome: 'done',
      passwords: 3,
      deadSettings: { setHere: ['GUARDRAIL_FAILURES'] },
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const sealed = await readSealedPasswords(file(), KEY);
    expect(sealed).toMatchObject({ passwords: 3, fileSha256: done.fileSha256, sealedAt: done.sealedAt });
    expect(readFileSync(file()).includes('abcdefghijklmnopqrst')).toBe(false);
    expect(await columns()).not.toContain('hashed_password');
    expect(dump(testDatabase, 'users')).toContain('2020-01-02 03:04:05');
    expect(dump(testDatabase, 'cutover_break_glass')).toBe(kept);
    if (testDatabase.connection.engine === 'sqlite') {
      for (const end of ['', '-wal'])
        expect(readFileSync(`${testDatabase.connection.path}${end}`).includes('abcdefghijklmnopqrst')).toBe(
          false,
        );
    }
    expect(await apply({ sealTo: join(folder, 'another') })).toEqual({ ...done, outcome: 'already done' });
    expect(await actions()).toEqual(['cleanup.sealed', 'cleanup.completed']);
    expect(await of(DatabaseHealth).check()).toMatchObject({ up: true, schema: 'current' });
    await expect(of(Migrator).revert()).rejects.toMatchObject({
      detail: expect.stringContaining('no step brings them back'),
    });
    expect(await of(Migrator).migrate()).toEqual([]);
  });

  it('removes nothing while something else reads the column, or the passwords change', async () => {
    await database.execute(`CREATE VIEW legacy_report AS SELECT id, hashed_password FROM users`);
    await expect(apply()).rejects.toMatchObject({ detail: expect.stringContaining('view legacy_report') });
    await database.execute(`DROP VIEW legacy_report`);
    await database.execute(`UPDATE users SET hashed_password = 'written since' WHERE id = 1`);
    await expect(of(Migrator).contract()).rejects.toMatchObject({
      detail: expect.stringContaining('have changed'),
    });
    expect(await columns()).toContain('hashed_password');
    expect(await apply()).toMatchObject({ outcome: 'done', passwords: 3 });
    expect(await actions()).toEqual(['cleanup.sealed', 'cleanup.sealed', 'cleanup.completed']);
  });

  it('ends the sessions of local passwords, and of break-glass accounts none but by their name', async () => {
    // Made for a name that the row 1 does not have any more: no break-glass account, whatever it once was.
    await database.execute(
      `INSERT INTO cutover_break_glass (user_id, username, password_hash, added_by, added_at) VALUES (1, 'before', 'x', 'olga', 1)`,
    );
    for (const [id, user, mode] of [
      ['renamed', 1, 'local'],
      ['linked', 2, 'external'],
      ['rescue', 4, 'local'],
    ])
      await database.execute(
        `INSERT INTO cutover_sessions (id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at)
         VALUES (?, ?, ?, 0, '[]', 1, 1, 4000000000000)`,
        [id, user, mode],
      );
    expect(await apply()).toMatchObject({ outcome: 'done', sessionsEnded: 1 });
    expect(
      await database.query(
        `SELECT id, end_reason AS reason FROM cutover_sessions WHERE ended_at IS NOT NULL ORDER BY id`,
      ),
    ).toEqual([{ id: 'renamed', reason: 'password_removed' }]);
  });

  it('writes over no other file, and needs the key', async () => {
    writeFileSync(file(), 'somebody’s work');
    await expect(apply()).rejects.toMatchObject({ detail: expect.stringContaining('holds no passwords') });
    expect(readFileSync(file(), 'utf8')).toBe('somebody’s work');
    expect(await columns()).toContain('hashed_password');
    chmodSync(file(), 0o600);
  });

  it('opens what it sealed for whoever holds the key, and says so', async () => {
    await apply();
    const to = join(folder, 'passwords.jsonl');
    const unseal = (request: { from?: string; dryRun?: boolean } = {}) =>
      of(Unsealing).unseal({ from: file(), to, by: OLGA.name, dryRun: false, ...request });
    expect(await unseal({ dryRun: true })).toMatchObject({ passwords: 3 });
    expect(existsSync(to)).toBe(false);

    // What cannot go on record does not happen.
    await database.execute(`ALTER TABLE cutover_audit_log RENAME TO elsewhere`);
    await expect(unseal()).rejects.toThrow();
    await database.execute(`ALTER TABLE elsewhere RENAME TO cutover_audit_log`);
    expect(readdirSync(folder)).toEqual(['passwords.sealed']);

    await unseal();
    expect(
      readFileSync(to, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: 1, username: 'ada', password: HASH },
      { id: 2, username: 'grace "the" Ünïcode', password: 'md5:unknown' },
      { id: 4, username: 'olga', password: HASH },
    ]);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(await actions()).toEqual(['cleanup.sealed', 'cleanup.completed', 'cleanup.unsealed']);

    await expect(unseal()).rejects.toMatchObject({ detail: expect.stringContaining('is there') });
    await expect(unseal({ from: join(folder, 'nowhere') })).rejects.toMatchObject({
      detail: expect.stringContaining('is not there'),
    });
    rmSync(to);
    const stranger = await processOn({ ...SETTINGS, BACKUP_KEY: randomBytes(32).toString('base64') });
    await expect(
      stranger.get(Unsealing, { strict: false }).unseal({ from: file(), to, by: OLGA.name, dryRun: false }),
    ).rejects.toMatchObject({ detail: expect.stringContaining('holds no passwords') });
    await stranger.close();
    expect(readdirSync(folder)).toEqual(['passwords.sealed']);
  });

  it('leaves a program that goes on: it notices, routes everybody, and refuses the way back', async () => {
    const other = await processOn(SETTINGS);
    const its = <T>(token: abstract new (...parameters: never[]) => T): T =>
      other.get<T>(token as never, { strict: false });
    const backup = join(folder, 'before.backup');
    await of(BackupService).make({ to: backup, plaintext: false, by: OLGA.name, dryRun: false });
    try {
      expect(await its(LocalPasswords).exist()).toBe(true);
      await apply();
      // It believes so still, and nothing it reads fails.
      const page = await its(PeopleService).page({ limit: 10 });
      expect(page.items.map(({ username }) => username)).toContain('ada');
      expect(await its(LocalPasswords).of(1)).toBeNull();
      expect(await its(ReadinessService).report()).toMatchObject({ ready: 3, atRisk: 0, unknown: 1 });
      jest.useFakeTimers({ now: Date.now() + 2001, doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
      await database.execute(`UPDATE cutover_user_state SET pin = 'local' WHERE user_id = 1`);
      await database.execute(`UPDATE cutover_rollout_policies SET stage = 'off' WHERE version = 1`);
      const users = its(UserRepository);
      const sides = await Promise.all(
        [1, 4].map(async (id) => its(RolloutService).sideFor(await users.findById(id))),
      );
      expect(sides).toEqual(['external', 'local']);
      expect(await its(RolloutService).sideFor(null)).toBe('external');
      const [ada] = [await users.findById(1)];
      if (!ada) throw new Error('no ada');
      const { version } = await its(RolloutService).current();
      await expect(
        its(RolloutService).change({ stage: 'off', reason: 'x' }, version, OLGA),
      ).rejects.toMatchObject(GONE);
      await expect(its(RollbackPlanner).plan('keep')).rejects.toMatchObject(GONE);
      await expect(its(ResetCodes).issue(ada, OLGA.name)).rejects.toMatchObject(GONE);
      await expect(its(PeopleService).change(1, { pin: 'local' }, OLGA)).rejects.toMatchObject(GONE);
      expect(await its(Guardrail).evaluate()).toBeNull();
      const person = { username: 'new', email: null, fullName: null, role: 'user' as const };
      await expect(users.create({ ...person, hashedPassword: HASH })).rejects.toMatchObject(GONE);
      expect(await users.create({ ...person, hashedPassword: null })).toMatchObject({ username: 'new' });
      const restore = { plaintext: false, acceptPrivileges: false, dryRun: true, by: OLGA.name };
      await expect(its(RestoreService).restore({ ...restore, from: backup })).rejects.toMatchObject({
        detail: expect.stringContaining('hashed_password'),
      });
      await its(BackupService).make({ to: backup, plaintext: false, by: OLGA.name, dryRun: false });
      expect(await its(RestoreService).restore({ ...restore, from: backup })).toMatchObject({ users: 5 });
    } finally {
      jest.useRealTimers();
      await other.close();
    }
  });
});
