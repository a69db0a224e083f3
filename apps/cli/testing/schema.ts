import { Migrator, openDataSource } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import type { DataSource } from 'typeorm';

/** Work on a database behind the command's back. */
export async function behind<T>(
  { connection }: TestDatabase,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await openDataSource(connection);
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

export const migrate = (database: TestDatabase) =>
  behind(database, (source) => new Migrator(source).migrate());

export const schemaOf = (database: TestDatabase) =>
  behind(database, (source) => new Migrator(source).status());

export const query = <T>(database: TestDatabase, sql: string, parameters?: unknown[]) =>
  behind(database, (source) => source.query<T[]>(sql, parameters));

/** All rows in one statement; they have the same columns. */
export async function insertRows(
  database: TestDatabase,
  table: string,
  rows: Record<string, unknown>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const places = `(${columns.map(() => '?').join(', ')})`;
  await query(
    database,
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => places).join(', ')}`,
    rows.flatMap((row) => columns.map((column) => row[column])),
  );
}
