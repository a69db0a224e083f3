import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { ForeseeingStep } from './foresight';
import { MigrationRefusal } from './refusal';
import { columnNames, engineOf, tableExists } from './schema';

/**
 * Tables of ours, by a prefix that no legacy application uses (but for the audit trail, whose name is contract).
 * Column types are MySQL's; instants are epoch milliseconds; no foreign key leads into the legacy table (docs/adr).
 */
export type OwnTables = Record<
  string,
  { columns: Record<string, string>; primaryKey: string; indexes?: Record<string, string> }
>;

/** A step that makes tables of ours and, taken back, drops them. */
export abstract class OwnTablesStep implements MigrationInterface, ForeseeingStep {
  constructor(
    readonly name: string,
    private readonly tables: OwnTables,
  ) {}

  foresee(runner: QueryRunner): Promise<void> {
    return refuseForeignTables(runner, this.tables);
  }

  up(runner: QueryRunner): Promise<void> {
    return createOwnTables(runner, this.tables);
  }

  down(runner: QueryRunner): Promise<void> {
    return dropOwnTables(runner, this.tables);
  }
}

/**
 * Can be run again where it was cut off.
 *
 * @throws MigrationRefusal where a table of such a name is there that is not ours
 */
async function createOwnTables(runner: QueryRunner, tables: OwnTables): Promise<void> {
  await refuseForeignTables(runner, tables);
  const engine = engineOf(runner);
  const options = engine === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : '';
  for (const [table, { columns, primaryKey, indexes = {} }] of Object.entries(tables)) {
    const lines = Object.entries(columns).map(
      ([name, type]) => `${name} ${engine === 'sqlite' ? inSqlite(type) : type}`,
    );
    const inTable =
      engine === 'mysql' ? Object.entries(indexes).map(([name, column]) => `INDEX ${name} (${column})`) : [];
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${table} (${[...lines, `PRIMARY KEY (${primaryKey})`, ...inTable].join(', ')})${options}`,
    );
    if (engine === 'mysql') continue;
    for (const [name, column] of Object.entries(indexes)) {
      await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${column})`);
    }
  }
}

async function dropOwnTables(runner: QueryRunner, tables: OwnTables): Promise<void> {
  for (const table of Object.keys(tables).reverse()) await runner.query(`DROP TABLE IF EXISTS ${table}`);
}

/** `INTEGER PRIMARY KEY` counts by itself; AUTOINCREMENT would leave a table of its own behind (https://sqlite.org/autoinc.html). */
const inSqlite = (type: string) =>
  type.includes('AUTO_INCREMENT') ? 'INTEGER NOT NULL' : type.replace(/^INT /, 'INTEGER ');

/** A table of our name that is not exactly ours is neither used nor, later, dropped. */
async function refuseForeignTables(runner: QueryRunner, tables: OwnTables): Promise<void> {
  for (const [table, { columns }] of Object.entries(tables)) {
    if (!(await tableExists(runner, table))) continue;
    const present = (await columnNames(runner, table)).sort().join();
    if (present === Object.keys(columns).sort().join()) continue;
    throw new MigrationRefusal(
      `The database has a table ${table} that is not Cutover's. Rename it, or move it to another database, first.`,
    );
  }
}
