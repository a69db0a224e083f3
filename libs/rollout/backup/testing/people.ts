import type { Database } from '@cutover/database';

/** More than two batches. */
export const MANY = 450;

const sqlOf =
  (database: Database) =>
  (text: string, parameters: unknown[] = []) =>
    database.execute(text, parameters);

/** People of every kind, some of them linked by a run of the ledger, some pinned. */
export async function addPeople(database: Database): Promise<void> {
  const sql = sqlOf(database);
  const ids = Array.from({ length: MANY }, (_, index) => index + 1);
  await sql(
    `INSERT INTO users (id, username, email, full_name, hashed_password, is_active, role, created_at, updated_at, external_user_id, badge, born)
     VALUES ${ids.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    ids.flatMap((id) => [
      ...[
        id,
        `pérson-${id} 🦊`,
        id % 3 ? `Mail-${id % 7}@example.org` : null,
        id % 2 ? `A "name"\n\\${'.'.repeat(240)}` : '',
      ],
      ...[id % 5 ? 'x' : null, id % 10 ? 1 : 0, id === 1 ? 'admin' : 'user'],
      ...['2019-02-03 04:05:06', '2020-01-02 03:04:05.678901', id % 4 ? null : `oid-${id}`],
      ...[Buffer.from([0, id % 256, 255]), id % 6 ? '1970-01-01' : null],
    ]),
  );
  await sql(
    `INSERT INTO cutover_user_state (user_id, pin, pin_set_by, pin_set_at, last_sign_in_at) VALUES
     (1, 'local', 'olga', 1790000000000, NULL), (2, 'external', 'olga', 1790000000001, 5), (3, NULL, NULL, NULL, 6)`,
  );
  await sql(
    `INSERT INTO cutover_external_accounts (user_id, state, object_id, upn, seen_at, run_id) VALUES (4, 'usable', 'oid-4', 'p4@example.org', 7, 'run-1')`,
  );
  await addRun(database, 'run-1', MANY);
  const facts = (externalUserId: string | null) => JSON.stringify({ externalUserId, account: null });
  await sql(
    `INSERT INTO cutover_sync_changes (run_id, user_id, batch, proof, facts_before, facts_after) VALUES ('run-1', 8, 1, 'upn', ?, ?)`,
    [facts(null), facts('oid-8')],
  );
}
export const addRun = (database: Database, id: string, lastUserId: number) =>
  database.execute(
    `INSERT INTO cutover_sync_runs (id, plan_sha256, source_file, source_sha256, started_by, started_at, last_user_id, batches, finished_at)
     VALUES (?, ?, 'users.csv', 'b', 'cli:olga', 1, ?, 1, 2)`,
    [id, id, lastUserId],
  );

/** What can go wrong in a database, with names that change hands. */
export async function damage(database: Database): Promise<void> {
  const sql = sqlOf(database);
  await sql(`DELETE FROM users WHERE id IN (5, 300)`);
  await sql(
    `UPDATE users SET hashed_password = 'y', full_name = NULL, badge = NULL WHERE id BETWEEN 150 AND 260`,
  );
  await sql(`UPDATE users SET external_user_id = 'swapping' WHERE id = 4`);
  await sql(`UPDATE users SET external_user_id = 'oid-4' WHERE id = 448`);
  await sql(`UPDATE users SET external_user_id = 'oid-448' WHERE id = 4`);
  for (const [id, name] of [
    [7, 'free'],
    [8, 'pérson-7 🦊'],
    [449, 'pérson-8 🦊'],
    [7, 'pérson-449 🦊'],
  ])
    await sql(`UPDATE users SET username = ? WHERE id = ?`, [name, id]);
  await sql(`UPDATE cutover_user_state SET pin = 'external', pin_set_by = 'eve' WHERE user_id IN (1, 3)`);
  await sql(`DELETE FROM cutover_user_state WHERE user_id = 2`);
  await sql(`UPDATE cutover_external_accounts SET state = 'none' WHERE user_id = 4`);
  await sql(
    `INSERT INTO cutover_external_accounts (user_id, state, seen_at, run_id) VALUES (9, 'none', 7, 'run-1')`,
  );
  await sql(`UPDATE cutover_sync_runs SET undone_at = 9, undone_by = 'eve'`);
  await sql(`UPDATE cutover_sync_changes SET undone_at = 9`);
}
