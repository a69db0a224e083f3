import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable } from './alter-table';
import { columnNames, engineOf } from './schema';

/** By table and column, with MySQL's type. Each may be NULL: the code before the step writes rows without it. */
export type AddedColumns = Record<string, Record<string, string>>;

/** A step that adds columns to tables of ours and, taken back, drops them. Can be run again where it was cut off. */
export abstract class AddedColumnsStep implements MigrationInterface {
  constructor(
    readonly name: string,
    private readonly tables: AddedColumns,
  ) {}

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(this.tables)) {
      const present = await columnNames(runner, table);
      const missing = Object.entries(columns).filter(([column]) => !present.includes(column));
      await alter(
        runner,
        table,
        missing.map(([column, type]) => `ADD COLUMN ${column} ${type} NULL`),
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(this.tables)) {
      const present = await columnNames(runner, table);
      const ours = Object.keys(columns).filter((column) => present.includes(column));
      await alter(
        runner,
        table,
        ours.map((column) => `DROP COLUMN ${column}`),
      );
    }
  }
}

/** SQLite takes one clause a statement. */
async function alter(runner: QueryRunner, table: string, clauses: string[]): Promise<void> {
  if (engineOf(runner) === 'mysql') return alterTable(runner, table, clauses);
  for (const clause of clauses) await runner.query(`ALTER TABLE ${table} ${clause}`);
}
