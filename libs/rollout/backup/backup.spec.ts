import { createHash, randomBytes } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { UserRepository } from '@cutover/users';
import { addPeople, addRun, damage, MANY } from './testing/people';
import { OLGA, Program } from './testing/program';

const RESTORED = [
  'users',
  'cutover_user_state',
  'cutover_external_accounts',
  'cutover_sync_runs',
  'cutover_sync_changes',
];
/** Whatever was lost comes back. */
const ACCEPT = { acceptPrivileges: true };
const TABLES = [...RESTORED, 'cutover_rollout_policies', 'cutover_sessions', 'cutover_backups'];

describeOnEachEngine('backup and restore', (engine) => {
  let scratch: TestDatabase;
  let program: Program;
  let database: Database;
  let folder: string;

  beforeEach(async () => {
    scratch = await engine.createDatabase();
    const source = await openDataSource(scratch.connection);
    await new Migrator(source).migrate();
    if (engine.name === 'mysql')
      await source.query(
        `ALTER TABLE users MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
         ADD COLUMN badge VARBINARY(9) NULL, ADD COLUMN born DATE NULL, ADD COLUMN shout VARCHAR(200) AS (UPPER(username))`,
      );
    else
      for (const column of ['badge BLOB', 'born DATE', 'shout TEXT AS (upper(username))'])
        await source.query(`ALTER TABLE users ADD COLUMN ${column}`);
    await source.destroy();
    program = await Program.on(scratch);
    database = program.context.get(Database);
    folder = mkdtempSync(join(tmpdir(), 'cutover-backup-'));
    await addPeople(database);
    await decide('percent', { percent: 25 });
  });
  afterEach(async () => {
    await program.context.close();
    await scratch.drop();
    rmSync(folder, { recursive: true });
  });

  const path = (name = 'file.backup') => join(folder, name);
  /** The rows of each, in short, but for when a credential was changed: a restore is such a change. */
  async function tables(names = RESTORED): Promise<Record<string, string>> {
    const digests = names.map(async (table) => {
      const rows = await database.query<object>(`SELECT * FROM ${table} ORDER BY 1, 2`);
      const said = rows
        .map((row) =>
          Object.entries(row).filter(
            ([column, value]) => value !== null && column !== 'credentials_changed_at',
          ),
        )
        .filter((values) => values.length > 1);
      return [table, createHash('sha256').update(JSON.stringify(said)).digest('hex')] as const;
    });
    return Object.fromEntries(await Promise.all(digests));
  }
  const sql = (text: string, parameters: unknown[] = []) => database.execute(text, parameters);

  async function decide(stage: 'off' | 'test-users' | 'percent' | 'all', more: object = {}) {
    const { version } = await program.rollout.current();
    return program.rollout.change({ stage, reason: 'a test', ...more }, version, OLGA);
  }
  const salts = () => database.query<{ salt: string }>('SELECT DISTINCT salt FROM cutover_rollout_policies');
  const session = (id: string) =>
    sql(
      `INSERT INTO cutover_sessions (id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at)
       VALUES (?, 2, 'local', 0, '[]', 1, 1, 2000000000000)`,
      [id],
    );

  const refusals = () =>
    database.query(
      `SELECT actor, code, detail FROM cutover_audit_log WHERE action = 'backup.restored' AND outcome = 'failure'`,
    );

  it('brings back every byte of people, pins, links and ledger, and leaves what came since', async () => {
    const [before, users] = [await tables(), dump(scratch, 'users')];
    const made = await program.backup(path());
    expect(made).toMatchObject({ users: MANY, runs: 1, changes: 1, encrypted: true });
    await damage(database);
    await addRun(database, 'run-2', 3);
    await session('one');
    await session('two');
    const damaged = await tables([...TABLES, 'cutover_audit_log']);

    const planned = await program.restore(path(), { ...ACCEPT, dryRun: true });
    expect(await tables([...TABLES, 'cutover_audit_log'])).toEqual(damaged);
    const restored = await program.restore(path(), ACCEPT);
    expect(planned).toEqual(restored);
    expect(restored).toMatchObject({
      users: MANY,
      changed: { count: 111 + 5 },
      added: { count: 2, first: [{ id: 5 }, { id: 300 }] },
      left: { count: 0 },
      pins: 3,
      accounts: 2,
      runs: 1,
      takenBack: ['run-2'],
      policy: 'unchanged',
      sessions: 2,
    });
    await sql(`DELETE FROM cutover_sync_runs WHERE id = 'run-2'`);
    // Another password than a moment ago: their devices are unknown.
    const other = await database.query<{ id: number }>(
      'SELECT user_id AS id FROM cutover_user_state WHERE credentials_changed_at > 1 ORDER BY user_id',
    );
    expect(other.map(({ id }) => id)).toEqual(Array.from({ length: 111 }, (_, index) => 150 + index));
    expect(await tables()).toEqual(before);
    expect(dump(scratch, 'users') === users).toBe(true); // not toBe: nobody reads the difference of two such texts
    expect(
      await database.query(
        `SELECT end_reason AS reason, COUNT(*) AS count FROM cutover_sessions GROUP BY end_reason`,
      ),
    ).toEqual([{ reason: 'restored', count: 2 }]);
    expect(
      await database.query(
        `SELECT action, actor FROM cutover_audit_log WHERE action LIKE 'backup.%' OR action = 'session.ended' ORDER BY id`,
      ),
    ).toEqual(
      ['backup.made', 'backup.restored', 'session.ended', 'session.ended'].map((action) => ({
        action,
        actor: OLGA.name,
      })),
    );
  });

  it('changes nothing when it is run again', async () => {
    await program.backup(path());
    await damage(database);
    await decide('off');
    await program.restore(path(), ACCEPT);
    const after = await tables([...RESTORED, 'cutover_rollout_policies', 'cutover_sessions']);
    expect(await program.restore(path(), ACCEPT)).toMatchObject({
      changed: { count: 0 },
      added: { count: 0 },
      pins: 0,
      accounts: 0,
      runs: 0,
      policy: 'unchanged',
    });
    expect(await tables([...RESTORED, 'cutover_rollout_policies', 'cutover_sessions'])).toEqual(after);
  });

  it('brings back links alone, and names alone', async () => {
    const before = await tables();
    await program.backup(path());
    await sql(`UPDATE users SET external_user_id = NULL, updated_at = updated_at WHERE id = 4`);
    await sql(`UPDATE users SET external_user_id = 'oid-4', updated_at = updated_at WHERE id = 300`);
    await program.restore(path(), ACCEPT);
    expect(await tables()).toEqual(before);
    await sql(`UPDATE users SET username = 'renamed', updated_at = updated_at WHERE id = 8`);
    await sql(`INSERT INTO cutover_user_names (user_id) VALUES (100000)`); // as if a sweep had seen everybody as they are
    await program.restore(path(), ACCEPT);
    expect(await tables()).toEqual(before);
    expect(await program.context.get(UserRepository).findByUsername('PÉRSON-8 🦊')).toMatchObject({
      user: { id: 8 },
    });
  });

  it('writes for its owner alone, replaces what was there, and says so to whoever needs a backup', async () => {
    expect(await program.lastBackup()).toBeNull();
    writeFileSync(path(), 'an older one', { mode: 0o644 });
    writeFileSync(path('file.backup.unfinished'), 'of a call that was killed', { mode: 0o644 });
    const { takenAt } = await program.backup(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file.backup']);
    expect(readFileSync(path(), 'latin1')).not.toContain('rson-');
    expect(await program.lastBackup()).toBe(takenAt);
    await expect(program.backup(join(folder, 'nowhere', 'file'))).rejects.toThrow(
      'cannot be written (ENOENT)',
    );
    expect(await program.lastBackup()).toBe(takenAt);
  });

  it('holds one instant, whoever writes meanwhile', async () => {
    const before = await tables();
    const other = await openDataSource(scratch.connection);
    const writes: Promise<unknown>[] = [];
    await program.backup(path(), false, () => {
      for (const change of [
        `UPDATE users SET hashed_password = 'meanwhile'`,
        `DELETE FROM cutover_user_state`,
        `UPDATE cutover_sync_runs SET last_user_id = 1`,
      ])
        writes.push(other.query(change));
    });
    await Promise.all(writes);
    await other.destroy();
    expect(await tables()).not.toEqual(before);
    await program.restore(path(), ACCEPT);
    expect(await tables()).toEqual(before);
  });

  it('refuses a file that is not exactly as it was written, and touches nothing', async () => {
    await program.backup(path());
    const whole = readFileSync(path());
    const chunk = 64 * 1024 + 16;
    const head = 17 + 32;
    expect(whole.length).toBeGreaterThan(head + 2 * chunk);
    const flipped = (at: number) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    const piece = (number: number) => whole.subarray(head + number * chunk, head + (number + 1) * chunk);
    const wrong: [string, Buffer][] = [
      ['cut off', whole.subarray(0, whole.length - 1)],
      ['cut off at a chunk', whole.subarray(0, head + chunk)],
      ['cut off at the beginning', whole.subarray(0, 20)],
      ['changed at the end', flipped(whole.length - 1)],
      ['changed in the middle', flipped(head + 5)],
      ['changed at the beginning', flipped(20)],
      [
        'reordered',
        Buffer.concat([whole.subarray(0, head), piece(1), piece(0), whole.subarray(head + 2 * chunk)]),
      ],
      ['with a part left out', Buffer.concat([whole.subarray(0, head), whole.subarray(head + chunk)])],
      ['longer', Buffer.concat([whole, Buffer.from('more')])],
      ['none', Buffer.from('{"backup":"cutover"}\n')],
      ['empty', Buffer.alloc(0)],
    ];
    await damage(database);
    const before = await tables(TABLES);
    for (const [name, bytes] of wrong) {
      writeFileSync(path(name), bytes);
      await expect(program.restore(path(name))).rejects.toThrow(
        /(was changed or cut off, or another key encrypted it|is no encrypted backup).* Nothing was changed/,
      );
    }
    const stranger = await Program.on(scratch, { BACKUP_KEY: randomBytes(32).toString('hex') });
    await expect(stranger.restore(path())).rejects.toThrow('another key');
    await stranger.context.close();
    await expect(program.restore(path(), { ...ACCEPT, plaintext: true })).rejects.toThrow('is encrypted');
    await expect(program.restore(path('nowhere'))).rejects.toThrow('cannot be read (ENOENT)');
    expect(await tables(TABLES)).toEqual(before);
  });

  it('writes and reads plain text only when told to, and checks it as far as one can', async () => {
    const before = await tables();
    await program.backup(path(), true);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    await damage(database);
    const damaged = await tables(TABLES);
    await expect(program.restore(path(), ACCEPT)).rejects.toThrow('say so again');
    const lines = readFileSync(path(), 'utf8').split('\n');
    writeFileSync(path('less'), lines.filter((_, index) => index !== 5).join('\n'));
    writeFileSync(path('cut'), lines.slice(0, 9).join('\n'));
    writeFileSync(path('half'), `${lines.slice(0, 9).join('\n')}\n`);
    writeFileSync(path('endless'), '');
    truncateSync(path('endless'), 1e9);
    for (const [name, why] of [
      ['endless', 'line 1: holds a line that is too long for a backup'],
      ['less', 'does not hold what its end says'],
      ['cut', 'cut off in the middle of a line'],
      ['half', 'its end is missing'],
    ] as const)
      await expect(program.restore(path(name), { plaintext: true })).rejects.toThrow(why);
    expect(await tables(TABLES)).toEqual(damaged);
    await program.restore(path(), { ...ACCEPT, plaintext: true });
    expect(await tables()).toEqual(before);
  });

  it('gives nobody back what they have lost, unless somebody answers for it', async () => {
    await program.backup(path());
    await sql(`UPDATE users SET is_active = 0 WHERE id = 11`);
    await sql(`UPDATE users SET role = 'user' WHERE id = 1`);
    await sql(`UPDATE users SET is_active = 1, role = 'admin' WHERE id = 10`);
    const before = await tables(TABLES);
    await expect(program.restore(path())).rejects.toThrow(
      /2 things .*: pérson-1 🦊 \(id 1\) as an administrator, pérson-11 🦊 \(id 11\) active again\. Nothing/,
    );
    expect(await program.restore(path(), { dryRun: true })).toMatchObject({ privileges: { count: 2 } });
    expect(await tables(TABLES)).toEqual(before);
    expect(await refusals()).toEqual([
      { actor: OLGA.name, code: 'validation_failed', detail: '{"file":"file.backup"}' },
    ]);
    await program.restore(path(), { acceptPrivileges: true });
    expect(
      await database.query(
        `SELECT id, is_active AS active, role FROM users WHERE id IN (1, 10, 11) ORDER BY id`,
      ),
    ).toEqual([
      { id: 1, active: 1, role: 'admin' },
      { id: 10, active: 0, role: 'user' },
      { id: 11, active: 1, role: 'user' },
    ]);
  });

  it('sees who would be active again where the column holds texts or bits, and brings it back to the byte', async () => {
    const flags: [type: string, yes: string, no: string][] = [['VARCHAR(3)', `'Y'`, `'N'`]];
    if (engine.name === 'mysql') flags.push(['BIT(9)', `b'1'`, `b'0'`]);
    for (const [type, yes, no] of flags) {
      if (engine.name === 'mysql')
        await sql(`ALTER TABLE users DROP COLUMN is_active, ADD COLUMN is_active ${type} NULL`);
      await sql(`UPDATE users SET is_active = ${no}, role = 'user'`);
      await sql(`UPDATE users SET is_active = ${yes} WHERE id = 11`);
      await program.backup(path(`flags-${type.length}`));
      const before = dump(scratch, 'users');
      await sql(`UPDATE users SET is_active = ${no} WHERE id = 11`);
      await expect(program.restore(path(`flags-${type.length}`))).rejects.toThrow(
        /1 things .*\(id 11\) active again\. Nothing/,
      );
      await program.restore(path(`flags-${type.length}`), { acceptPrivileges: true });
      expect(dump(scratch, 'users')).toBe(before);
    }
  });

  it('lets nobody in again who a sync has since found to have left, unless somebody answers for it', async () => {
    await program.backup(path());
    await sql(`UPDATE cutover_external_accounts SET state = 'gone', seen_at = 8 WHERE user_id = 4`);
    await expect(program.restore(path())).rejects.toThrow(
      /bring 1 things back .*: pérson-4 🦊 \(id 4\) active again/,
    );
    await program.restore(path(), { acceptPrivileges: true });
    expect(await database.query(`SELECT state FROM cutover_external_accounts WHERE user_id = 4`)).toEqual([
      { state: 'usable' },
    ]);
  });

  it.each([
    [
      'a sync found to be gone',
      `INSERT INTO cutover_external_accounts (user_id, state, seen_at, run_id) VALUES (6, 'gone', 8, 'run-1')`,
    ],
    [
      'the external side called disabled',
      `INSERT INTO cutover_user_state (user_id, last_external_refusal, last_external_refusal_at) VALUES (6, 'account_disabled', 8)`,
    ],
  ])('takes no link away that keeps out whom %s', async (_what, fact) => {
    await program.backup(path());
    await sql(`UPDATE users SET external_user_id = 'oid-6' WHERE id = 6`);
    await sql(fact);
    const before = await tables(TABLES);
    await expect(program.restore(path())).rejects.toThrow(
      /bring 1 things back .*: pérson-6 🦊 \(id 6\) active again/,
    );
    expect(await tables(TABLES)).toEqual(before);
    await program.restore(path(), { acceptPrivileges: true });
  });

  it.each([
    ['a row', `DELETE FROM users WHERE id = 300`, 'row'],
    ['a password', `UPDATE users SET hashed_password = 'y' WHERE id = 1`, 'password'],
    ['a password that was removed', `UPDATE users SET hashed_password = NULL WHERE id = 1`, 'password'],
    ['a link', `UPDATE users SET external_user_id = NULL WHERE id = 4`, 'link'],
    ['another link', `UPDATE users SET external_user_id = 'oid-other' WHERE id = 4`, 'link'],
    ['an administrator', `UPDATE users SET role = 'user' WHERE id = 1`, 'admin'],
    ['an active row', `UPDATE users SET is_active = 0 WHERE id = 11`, 'active'],
    ['a pin', `UPDATE cutover_user_state SET pin = NULL WHERE user_id = 1`, 'pin'],
    ['a test user', `UPDATE cutover_rollout_policies SET test_users = '[]'`, 'test_user'],
  ] as const)('brings %s back only where it is asked to', async (_what, loss, gains) => {
    await decide('test-users', { testUsers: ['pérson-2 🦊'] });
    const whole = await tables();
    await program.backup(path());
    await sql(loss);
    const before = await tables(TABLES);
    expect(await program.restore(path(), { dryRun: true })).toMatchObject({
      privileges: { count: 1, first: [{ gains }] },
    });
    await expect(program.restore(path())).rejects.toThrow('say --accept-privileges');
    expect(await tables(TABLES)).toEqual(before);
    await program.restore(path(), ACCEPT);
    expect(await tables()).toEqual(whole);
  });

  it('takes a backup of another database only where it is told to, and says so of one that names none', async () => {
    await program.backup(path());
    await program.backup(path('plain'), true);
    await sql(`UPDATE cutover_database SET database_id = '6f1c0a50-52b5-4b0e-8a0e-6a2b1d1f2c3d'`);
    for (const dryRun of [true, false])
      await expect(program.restore(path(), { dryRun })).rejects.toThrow('is a backup of another database');
    expect(await program.restore(path(), { acceptOtherDatabase: true })).toMatchObject({
      unidentified: false,
    });
    const [header = '', ...lines] = readFileSync(path('plain'), 'utf8').trimEnd().split('\n');
    const old = [header.replace(/"databaseId":"[^"]*",/, ''), ...lines.slice(0, -1)].join('\n') + '\n';
    const { end } = JSON.parse(lines.at(-1) ?? '') as { end: object };
    const sha256 = createHash('sha256').update(old).digest('hex');
    writeFileSync(path('old'), `${old}${JSON.stringify({ end: { ...end, sha256 } })}\n`);
    expect(await program.restore(path('old'), { plaintext: true })).toMatchObject({ unidentified: true });
  });

  it('leaves people who came since, and refuses where one of them has what was another’s', async () => {
    await program.backup(path());
    await sql(`INSERT INTO users (id, username, hashed_password) VALUES (900, 'newcomer', 'x')`);
    expect(await program.restore(path(), ACCEPT)).toMatchObject({ left: { count: 1, first: [{ id: 900 }] } });
    await sql(`UPDATE users SET external_user_id = NULL WHERE id = 4`);
    await sql(`UPDATE users SET external_user_id = 'oid-4' WHERE id = 900`);
    const before = await tables(TABLES);
    for (const dryRun of [true, false])
      await expect(program.restore(path(), { ...ACCEPT, dryRun })).rejects.toThrow(
        'newcomer (id 900). Nothing was changed',
      );
    expect(await tables(TABLES)).toEqual(before);
  });

  it('adds the decision as a new version with its salt, and opens nothing while a hold stands', async () => {
    await program.backup(path());
    const { version } = await decide('off');
    expect(await program.restore(path(), ACCEPT)).toMatchObject({ policy: 'restored' });
    expect(await program.rollout.current()).toMatchObject({
      version: version + 1,
      stage: 'percent',
      percent: 25,
      reason: expect.stringMatching(/^Restored from the backup of 20.*: a test$/),
    });
    expect(await salts()).toHaveLength(1);
    await decide('off', { hold: 'it went wrong' });
    expect(await program.restore(path(), ACCEPT)).toMatchObject({ policy: 'kept' });
    expect(await program.rollout.current()).toMatchObject({ stage: 'off' });
  });

  it('fills an empty database with everything, the share’s salt included', async () => {
    const before = [await tables(['users', 'cutover_user_state']), await salts()];
    await program.backup(path());
    await sql(`DELETE FROM users`);
    for (const table of RESTORED.slice(1)) await sql(`DELETE FROM ${table}`);
    await sql(`UPDATE cutover_rollout_policies SET stage = 'off', salt = 'another'`);
    await program.restore(path(), ACCEPT);
    expect(await tables(['users', 'cutover_user_state'])).toEqual(before[0]);
    const [latest] = await database.query<{ salt: string }>(
      'SELECT salt FROM cutover_rollout_policies ORDER BY version DESC LIMIT 1',
    );
    expect([latest]).toEqual(before[1]);
  });

  it('needs a key, and takes no plain text in production', async () => {
    const keyless = await Program.on(scratch, { BACKUP_KEY: '' });
    await expect(keyless.backup(path())).rejects.toThrow('BACKUP_KEY: must be set');
    await keyless.context.close();
    const production = await Program.on(scratch, {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example.org',
    });
    await expect(production.backup(path(), true)).rejects.toThrow('In production a backup is encrypted');
    await expect(production.restore(path(), { plaintext: true })).rejects.toThrow('In production');
    await production.context.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
