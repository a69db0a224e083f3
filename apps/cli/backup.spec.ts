import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import { Cutover } from './testing/cutover';
import { behind, insertRows, migrate, query } from './testing/schema';

const KEY = randomBytes(32).toString('base64');
const SECRETS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: `a:${randomBytes(32).toString('base64')}`,
};
const PEOPLE = 3000;
/** They are ended in sets of 250. */
const SESSIONS = 400;
const FIRST_SET = 250;

/** Milliseconds: each test waits for several processes. */
jest.setTimeout(120_000);

describeOnMysql('cutover backup and restore', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;
  let folder: string;

  beforeEach(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    const people = Array.from({ length: PEOPLE }, (_, index) => ({
      username: `person-${index + 1}`,
      hashed_password: 'x',
      updated_at: '2020-01-02 03:04:05',
    }));
    await insertRows(database, 'users', people);
    cutover = new Cutover({ DATABASE_URL: database.url, BACKUP_KEY: KEY, ...SECRETS });
    folder = mkdtempSync(join(tmpdir(), 'cutover-backup-'));
  });
  afterEach(async () => {
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    expect(cutover.output).not.toContain(KEY);
    cutover.remove();
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  const file = () => join(folder, 'people.backup');
  const backup = (...rest: string[]) => ['backup', '--to', file(), ...rest];
  const restore = (...rest: string[]) => ['restore', '--from', file(), ...rest];
  const set = (...rest: string[]) => ['rollout', 'set', ...rest, '--reason', 'a test'];
  const plan = () => ['users', 'sync', '--apply', join(folder, 'no-plan.jsonl')];
  /** All of the table as the engine writes it out, but for the number of the next row; in short. */
  const people = () =>
    createHash('sha256')
      .update(dump(database, 'users').replace(/ AUTO_INCREMENT=\d+/, ''))
      .digest('hex');
  const sql = (text: string) => query<{ count: number }>(database, text);

  it('lets the rollout go on after a backup, and sets everything back to it', async () => {
    const users = people();
    const [keyless, promoted, applied, planned] = await Promise.all([
      cutover.refusal(backup(), '', { BACKUP_KEY: '' }),
      cutover.refusal(set('all')),
      cutover.refusal(plan()),
      cutover.answer(backup('--dry-run')),
    ]);
    expect(keyless).toMatchObject({ exit: 78, detail: expect.stringContaining('BACKUP_KEY: must be set') });
    for (const refusal of [promoted, applied])
      expect(refusal).toMatchObject({
        exit: 2,
        code: 'validation_failed',
        detail: expect.stringMatching(
          /^No verified backup is known\..*"cutover backup --to FILE".*--without-backup/,
        ),
      });
    expect(planned).toMatchObject({ dryRun: true, users: PEOPLE, sha256: null });
    expect(() => statSync(file())).toThrow('ENOENT');

    const made = await cutover.run(backup());
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(
      /^Wrote 3000 user\(s\) and 0 sync run\(s\) .* encrypted under BACKUP_KEY, and read it back\.\nSHA-256: [0-9a-f]{64}\n/,
    );
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await cutover.answer(set('all'));
    expect(await cutover.refusal(plan())).toMatchObject({ detail: expect.stringContaining('no-plan.jsonl') });

    await sql(`UPDATE users SET email = 'eve@example.org', is_active = id <> 7 WHERE id < 100`);
    await sql(`DELETE FROM users WHERE id = 200`);
    await sql(`INSERT INTO users (username, hashed_password) VALUES ('newcomer', 'x')`);
    const damaged = people();
    const dry = await cutover.run(restore('--dry-run'));
    expect(dry.code).toBe(2);
    expect(dry.stdout).toContain('99 changed since, as they were then: person-1 (id 1), ');
    expect(dry.stderr).toContain('person-7 (id 7) active again');
    expect(await cutover.refusal(restore())).toMatchObject({
      exit: 2,
      stdout: '',
      detail: expect.stringContaining(
        'person-7 (id 7) active again, person-200 (id 200) back again. Nothing',
      ),
    });
    expect(people()).toBe(damaged);

    const { stdout } = await cutover.run(restore('--accept-privileges'));
    expect(stdout.split('\n').slice(2)).toEqual([
      '1 gone since, back again: person-200 (id 200).',
      '1 not in the backup, left as they are: newcomer (id 3001).',
      '0 pin(s), 0 known account(s) and 0 sync run(s) differ from the backup.',
      'The rollout’s decision is the backup’s again, as a new version.',
      '0 session(s) ended.',
      '',
    ]);
    await sql(`DELETE FROM users WHERE username = 'newcomer'`);
    expect(people()).toBe(users);
  });

  it('ends as an undisturbed restore does, wherever it was killed', async () => {
    const users = people();
    await cutover.answer(backup());
    await sql(`UPDATE users SET hashed_password = 'y', external_user_id = CONCAT('oid-', id)`);
    await sql(`DELETE FROM users WHERE id > ${PEOPLE - 100}`);
    await cutover.answer(set('all'));
    const sessions = Array.from({ length: SESSIONS }, () => randomUUID()).sort();
    await insertRows(
      database,
      'cutover_sessions',
      sessions.map((id) => ({
        ...{ id, user_id: 1, auth_mode: 'local', generation: 0, presentations: '[]' },
        ...{ created_at: 1, last_used_at: Date.now(), expires_at: Date.now() + 3_600_000 },
      })),
    );
    const damaged = people();
    await behind(database, async (source) => {
      const runner = source.createQueryRunner();
      /** Kills a restore that cannot get past a row, as somebody else has it. */
      const killedAt = async (row: string, condition: string) => {
        await runner.startTransaction();
        await runner.query(`SELECT 1 FROM ${row} FOR UPDATE`);
        const { code } = await cutover.runUntilKilled(restore('--accept-privileges'), async () => {
          const [met] = await source.query<{ count: number }[]>(`SELECT COUNT(*) AS count FROM ${condition}`);
          return Number(met?.count) > 0;
        });
        await runner.rollbackTransaction();
        expect(code).toBeNull();
      };
      const waiting = `information_schema.processlist
        WHERE db = DATABASE() AND info LIKE '%FOR UPDATE' AND time >= 1 AND id <> CONNECTION_ID()`;
      for (const id of [1, randomInt(2, PEOPLE - 100)]) {
        await killedAt(`users WHERE id = ${id}`, waiting);
        expect(people()).toBe(damaged);
      }
      await killedAt(
        `cutover_sessions WHERE id = '${sessions[randomInt(FIRST_SET, SESSIONS)]}'`,
        'cutover_sessions WHERE ended_at IS NOT NULL',
      );
      await runner.release();
    });
    expect(people()).toBe(users);
    expect(await sql(`SELECT COUNT(*) AS count FROM cutover_sessions WHERE ended_at IS NULL`)).toEqual([
      { count: SESSIONS - FIRST_SET },
    ]);
    expect(await cutover.answer(restore())).toMatchObject({ changed: { count: 0 }, policy: 'unchanged' });
    expect(people()).toBe(users);
    expect(await sql(`SELECT COUNT(*) AS count FROM cutover_sessions WHERE ended_at IS NULL`)).toEqual([
      { count: 0 },
    ]);
    expect(await sql(`SELECT stage FROM cutover_rollout_policies ORDER BY version`)).toEqual([
      { stage: 'off' },
      { stage: 'all' },
      { stage: 'off' },
    ]);
  });
});
