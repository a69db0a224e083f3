import type { Database } from '@cutover/database';

/** Which database this is: made once with its schema, and the same in every copy of it. */
export async function databaseId(database: Database): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `SELECT database_id AS id FROM cutover_database WHERE id = 1`,
  );
  if (!row) throw new Error('cutover_database is empty: its schema step did not come to its end');
  return row.id;
}
