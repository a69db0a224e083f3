import { createHash } from 'node:crypto';
import type { Database } from '@cutover/database';

/** What the legacy application would find: the table's definition and every byte of its rows. */
export interface LegacyFingerprint {
  rows: number;
  /** SHA-256 of every legacy column of every row, in the order of their ids. */
  rowsDigest: string;
  /** As the engine writes it out. */
  definition: string;
}

/** Rows read at once. */
const BATCH = 5000;

/** The columns that the table has. Taken before the schema steps, they are the legacy ones. */
export async function columnsOf(database: Database): Promise<string[]> {
  const rows =
    database.engine === 'mysql'
      ? await database.query<{ name: string }>(
          `SELECT column_name AS name FROM information_schema.columns
           WHERE table_schema = DATABASE() AND table_name = 'users' ORDER BY ordinal_position`,
        )
      : await database.query<{ name: string }>(`SELECT name FROM pragma_table_info('users') ORDER BY cid`);
  return rows.map(({ name }) => name);
}

/** Reads all rows; memory for a few thousand of them. */
export async function rowsDigest(
  database: Database,
  columns: readonly string[],
): Promise<Pick<LegacyFingerprint, 'rows' | 'rowsDigest'>> {
  const digest = createHash('sha256');
  // Under names of their own: in ORDER BY a column's name would mean what is selected under it.
  const bytes = columns.map((column, index) => `${bytesOf(database, column)} AS c${index}`).join(', ');
  let rows = 0;
  for (let after = -1; ;) {
    const batch = await database.query<{ position: number } & Record<string, string>>(
      `SELECT id AS position, ${bytes} FROM users WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    const last = batch.at(-1);
    if (!last) break;
    for (const row of batch) digest.update(`${columns.map((_, index) => row[`c${index}`]).join(' ')}\n`);
    rows += batch.length;
    after = last.position;
  }
  return { rows, rowsDigest: digest.digest('hex') };
}

/** A column's bytes in hexadecimal, NULL apart from an empty text. */
const bytesOf = ({ engine }: Database, column: string) =>
  engine === 'mysql'
    ? `COALESCE(HEX(CAST(users.\`${column}\` AS BINARY)), 'NULL')`
    : `typeof(users."${column}") || ':' || hex(users."${column}")`;

export async function definitionOf(database: Database): Promise<string> {
  if (database.engine === 'mysql') {
    const [row] = await database.query<Record<string, string>>(`SHOW CREATE TABLE users`);
    return row?.['Create Table'] ?? '';
  }
  const rows = await database.query<{ type: string; name: string; sql: string | null }>(
    `SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'users' ORDER BY type, name`,
  );
  return rows.map(({ type, name, sql }) => `${type} ${name}: ${sql ?? '-'}`).join('\n');
}

export async function legacyFingerprint(
  database: Database,
  columns: readonly string[],
): Promise<LegacyFingerprint> {
  return { ...(await rowsDigest(database, columns)), definition: await definitionOf(database) };
}
