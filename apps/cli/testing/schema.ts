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
