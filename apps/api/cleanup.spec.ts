import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnMysql, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { auditKey, emptyAuditTrail } from '@cutover/operations/testing';
import { openCleanupGates } from '@cutover/rollout/testing';
import { HashThreads } from '@cutover/users';
import type { DataSource } from 'typeorm';
import { ApiProcess } from './testing/api-process';
import { Client } from './testing/client';

const WORKSPACE = resolve(__dirname, '../..');
const CLI = join(WORKSPACE, 'dist/apps/cli/main.js');
const LEGACY = 'Legacy-Password-1999';
const GLASS = 'Hammer-beside-the-door-7';
const GRACE = ['grace', 'Nanosecond-Wire-1952'] as const;

/** Milliseconds: one test builds the API. */
jest.setTimeout(120_000);

/** In the order of an operator's day: each test goes on from the one before. */
describeOnMysql('the clean-up of a running service', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-cleanup-'));
  let standIn: StandInProcess;
  let database: TestDatabase;
  let source: DataSource;
  let settings: Record<string, string | undefined>;
  let api: ApiProcess;
  let gates: Parameters<typeof openCleanupGates>[1];

  beforeAll(async () => {
    standIn = await startStandIn();
    database = await engine.createDatabase();
    source = await openDataSource(database.connection);
    await new Migrator(source).migrate();
    settings = standIn.settings({
      DATABASE_URL: database.url,
      LOCAL_JWT_SECRET: 'x'.repeat(32),
      TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
      AUDIT_KEYS: auditKey('k1'),
      BACKUP_KEY: randomBytes(32).toString('base64'),
      EXTERNAL_AUTH_FALLBACK: 'local',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '0',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0',
    });
    const threads = new HashThreads();
    const [legacy, glass] = [await threads.hash(LEGACY), await threads.hash(GLASS)];
    await threads.onApplicationShutdown();
    for (const [username, role] of [
      ['grace', 'user'],
      ['ada', 'user'],
      ['rescue', 'admin'],
    ])
      await source.query(`INSERT INTO users (username, email, hashed_password, role) VALUES (?, ?, ?, ?)`, [
        username,
        `${username}@contoso.example`,
        legacy,
        role,
      ]);
    gates = { auditKeys: auditKey('k1'), breakGlass: { id: 3, username: 'rescue', passwordHash: glass } };
    await openCleanupGates(new Database(source), gates);
    api = await ApiProcess.start(settings);
  });
  afterAll(async () => {
    await api.stop();
    await source.destroy();
    await database.drop();
    await standIn.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const signIn = async (username: string, password: string, at = api) => {
    const { status, code, body } = await new Client(() => at.url).signIn(username, password);
    return code ?? `${status} ${String(body['authMode'])}`;
  };

  async function cutover(...args: string[]) {
    const env = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const { code, stdout, stderr } = await promisify(execFile)(process.execPath, [CLI, ...args, '--json'], {
      cwd: folder,
      env: env as NodeJS.ProcessEnv,
    }).then(
      (output) => ({ code: 0, ...output }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    const parsed = (text: string) => (text === '' ? null : (JSON.parse(text) as Record<string, unknown>));
    return { code, answer: parsed(stdout), refusal: parsed(stderr)?.['error'] };
  }
  const apply = (...rest: string[]) => cutover('cleanup', 'apply', '--seal-to', 'passwords.sealed', ...rest);

  it('is refused, with the gates that are closed, until they are open', async () => {
    expect(await signIn(...GRACE)).toBe('200 external');
    await source.query(
      `INSERT INTO cutover_user_state (user_id, pin) VALUES (2, 'local') ON DUPLICATE KEY UPDATE pin = 'local'`,
    );
    expect(await signIn('ada', LEGACY)).toBe('200 local');
    const { code, answer, refusal } = await cutover('cleanup', 'check');
    const asked = answer?.['gates'] as { id: string; passed: boolean }[];
    expect(code).toBe(2);
    expect(asked.filter(({ passed }) => !passed).map(({ id }) => id)).toEqual([
      'local_sign_ins',
      'pins',
      'linked',
    ]);
    expect(await apply()).toMatchObject({ code: 2, answer: null, refusal });

    await source.query(`UPDATE cutover_user_state SET pin = NULL`);
    // That it was removed from the trail would be found; so another trail it is, in which it never was.
    await api.stop();
    await emptyAuditTrail(new Database(source));
    for (const table of ['cutover_break_glass', 'cutover_backups'])
      await source.query(`DELETE FROM ${table}`);
    await openCleanupGates(new Database(source), gates);
    api = await ApiProcess.start(settings);
    expect(await signIn('ada', 'Bernoulli-Numbers-1842')).toBe('200 external'); // which links her
    expect(await cutover('cleanup', 'check')).toMatchObject({ code: 0, answer: { passed: true, days: 30 } });
    expect(await apply('--dry-run')).toMatchObject({
      code: 0,
      answer: { dryRun: true, passwords: 3, deadSettings: { setHere: ['EXTERNAL_AUTH_FALLBACK'] } },
    });
    expect(await source.query(`SELECT hashed_password FROM users`)).toHaveLength(3);
  });

  it('disturbs nobody: a process that runs goes on at once', async () => {
    expect(await apply()).toMatchObject({ code: 0, answer: { outcome: 'done', passwords: 3 } });
    await expect(source.query(`SELECT hashed_password FROM users`)).rejects.toThrow('hashed_password');
    expect(await signIn(...GRACE)).toBe('200 external');
    expect(await signIn('rescue', GLASS)).toBe('200 local');
    expect(await signIn('ada', LEGACY)).toBe('invalid_credentials');
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
    await standIn.control.setFaults({ outage: true }); // and no fallback any more, whatever the setting says
    expect(await signIn(...GRACE)).toBe('external_unavailable');
    await standIn.control.reset();
    expect(await apply()).toMatchObject({ code: 0, answer: { outcome: 'already done' } });
    expect(await cutover('db', 'revert', '--dry-run')).toMatchObject({ code: 2 });
    expect(await cutover('db', 'status')).toMatchObject({
      code: 0,
      answer: { pending: [], unknown: [], contract: { withheld: [] } },
    });
  });

  it('leaves a program that is built, and signs in, without the folder of local sign-in', async () => {
    const tree = join(folder, 'without-local');
    for (const part of [
      'apps/api',
      'libs',
      'migrations',
      'tools/webpack',
      'tools/compiler.cjs',
      'package.json',
      'tsconfig.base.json',
    ])
      cpSync(join(WORKSPACE, part), join(tree, part), { recursive: true });
    symlinkSync(join(WORKSPACE, 'node_modules'), join(tree, 'node_modules'));
    rmSync(join(tree, 'libs/auth/local'), { recursive: true });
    const sides = join(tree, 'libs/auth/sides.ts');
    const lines = readFileSync(sides, 'utf8').split('\n');
    const kept = lines.filter((line) => !line.includes(`'./local/local.module'`));
    expect(kept).toHaveLength(lines.length - 1);
    writeFileSync(sides, kept.join('\n'));
    await promisify(execFile)(
      process.execPath,
      [join(WORKSPACE, 'node_modules/.bin/webpack-cli'), 'build', '--config', 'apps/api/webpack.config.cjs'],
      { cwd: tree },
    );
    const main = join(tree, 'dist/apps/api/main.js');
    expect(readFileSync(main, 'utf8')).not.toContain('passport-local');

    const without = await ApiProcess.start(settings, main);
    try {
      expect(await signIn(...GRACE, without)).toBe('200 external');
      expect(await signIn('rescue', GLASS, without)).toBe('200 local');
      expect(await signIn('ada', LEGACY, without)).toBe('invalid_credentials');
      await source.query(`UPDATE users SET is_active = 0 WHERE id = 1`);
      expect(await signIn(...GRACE, without)).toBe('invalid_credentials');
    } finally {
      const { code, output } = await without.stop();
      expect(code).toBe(0);
      const warnings = output.split('\n').filter((line) => line.includes('dead since the clean-up'));
      expect(warnings).toEqual([expect.stringContaining('EXTERNAL_AUTH_FALLBACK')]);
    }
  });
});
