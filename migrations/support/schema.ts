import type { QueryRunner } from 'typeorm';

export type Engine = 'mysql' | 'sqlite';

export const engineOf = (runner: QueryRunner): Engine =>
  runner.dataSource.options.type === 'better-sqlite3' ? 'sqlite' : 'mysql';

export async function tableExists(runner: QueryRunner, table: string): Promise<boolean> {
  const rows =
    engineOf(runner) === 'sqlite'
      ? await runner.query(
          `SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE`,
          [table],
        )
      : await runner.query(
          `SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`,
          [table],
        );
  return (rows as unknown[]).length > 0;
}

export async function columnNames(runner: QueryRunner, table: string): Promise<string[]> {
  const rows =
    engineOf(runner) === 'sqlite'
      ? await runner.query(`SELECT name FROM pragma_table_info(?)`, [table])
      : await runner.query(
          `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?`,
          [table],
        );
  return (rows as { name: string }[]).map(({ name }) => name);
}

export async function indexExists(runner: QueryRunner, table: string, index: string): Promise<boolean> {
  const rows =
    engineOf(runner) === 'sqlite'
      ? await runner.query(`SELECT 1 FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND name = ?`, [
          table,
          index,
        ])
      : await runner.query(
          `SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?`,
          [table, index],
        );
  return (rows as unknown[]).length > 0;
}

export async function isNullable(runner: QueryRunner, table: string, column: string): Promise<boolean> {
  const [row] = (
    engineOf(runner) === 'sqlite'
      ? await runner.query(
          `SELECT NOT "notnull" AS nullable FROM pragma_table_info(?) WHERE name = ? COLLATE NOCASE`,
          [table, column],
        )
      : await runner.query(
          `SELECT is_nullable = 'YES' AS nullable FROM information_schema.columns
           WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,
          [table, column],
        )
  ) as { nullable: number }[];
  return Number(row?.nullable) === 1;
}
