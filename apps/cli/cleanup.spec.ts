import { createHash, randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { auditKey } from '@cutover/operations/testing';
import { openCleanupGates } from '@cutover/rollout/testing';
import { Cutover } from './testing/cutover';
import { behind, insertRows, migrate, query } from './testing/schema';

const SETTINGS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: auditKey('k1'),
  BACKUP_KEY: randomBytes(32).toString('base64'),
  ...DESCRIBED_API,
};
/** Several batches; enough for every part of the work to take a while. */
const PEOPLE = 6000;
const BATCH = 3000;

interface Place {
  database: TestDatabase;
  cutover: Cutover;
  file: string;
}

/** What is left of the work, but for when it was done and the bytes that encryption chose. */
async function stateOf({ database, file }: Place) {
  const [row] = await query<Record<string, unknown>>(database, `SELECT * FROM cutover_cleanup`);
  const actions = await query<{ action: string }>(
    database,
    `SELECT action FROM cutover_audit_log WHERE action LIKE 'cleanup.%' ORDER BY id`,
  );
  const digest = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
  return {
    users: digest(dump(database, 'users').replace(/ AUTO_INCREMENT=\d+/, '')),
    passwords: row?.['passwords'],
    content: row?.['passwords_sha256'],
    completed: row?.['completed_at'] !== null,
    sealed: digest(readFileSync(file)) === row?.['file_sha256'],
    files: readdirSync(join(file, '..')),
    actions: actions.map(({ action }) => action),
  };
}

describeOnEachEngine('cutover cleanup apply, killed', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-cleanup-'));
  const places: Place[] = [];

  afterAll(async () => {
    for (const { database, cutover } of places) {
      cutover.remove();
      await database.drop();
    }
    rmSync(folder, { recursive: true });
  });

  async function place(): Promise<Place> {
    const database = await engine.createDatabase();
    await migrate(database);
    for (let first = 1; first <= PEOPLE; first += BATCH)
      await insertRows(
        database,
        'users',
        Array.from({ length: BATCH }, (_, index) => ({
          id: first + index,
          username: `person-${first + index}`,
          hashed_password: `$2b$12$${String(first + index).padStart(53, 'x')}`,
          external_user_id: `object-${first + index}`,
          created_at: '2020-01-02 03:04:05',
          updated_at: '2020-01-02 03:04:05',
        })),
      );
    await behind(database, (source) =>
      openCleanupGates(new Database(source), {
        auditKeys: SETTINGS.AUDIT_KEYS,
        breakGlass: { id: 1, username: 'person-1' },
      }),
    );
    const file = join(mkdtempSync(join(folder, 'place-')), 'passwords.sealed');
    const made = { database, cutover: new Cutover({ DATABASE_URL: database.url, ...SETTINGS }), file };
    places.push(made);
    return made;
  }
  const args = ({ file }: Place) => ['cleanup', 'apply', '--seal-to', file];

  it('ends, run again, in the state of a run that nobody disturbed', async () => {
    const [undisturbed, killed] = [await place(), await place()];
    expect(await undisturbed.cutover.answer(args(undisturbed))).toMatchObject({ outcome: 'done' });
    const state = await stateOf(undisturbed);
    expect(state).toMatchObject({
      passwords: PEOPLE,
      completed: true,
      sealed: true,
      files: ['passwords.sealed'],
      actions: ['cleanup.sealed', 'cleanup.completed'],
    });

    const isThere = (sql: string) => async () => {
      const rows = await query(killed.database, sql).catch(() => []); // SQLite: it has the file for itself
      return rows.length > 0;
    };
    let turns = randomInt(30, 120);
    const points: (() => Promise<boolean>)[] = [
      async () => existsSync(`${killed.file}.unfinished`),
      isThere(`SELECT 1 FROM cutover_cleanup`),
      async () => --turns === 0,
    ];
    for (const point of points) await killed.cutover.runUntilKilled(args(killed), point);
    const { code, stdout, stderr } = await killed.cutover.run(args(killed));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${PEOPLE} password(s)`);
    expect(await stateOf(killed)).toEqual(state);
  });
});
