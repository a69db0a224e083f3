import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { ForeseeingStep } from './support/foresight';
import { namedRows } from './support/named-rows';
import { MigrationRefusal } from './support/refusal';
import { columnNames, engineOf, isNullable, tableExists } from './support/schema';

const LEGACY_COLUMNS = [
  'id',
  'username',
  'email',
  'full_name',
  'hashed_password',
  'is_active',
  'role',
  'created_at',
  'updated_at',
];
/** What the next step adds: columns of these names that are there already hold something else. */
const OUR_COLUMNS = ['external_user_id', 'display_name', 'azure_email', 'last_token_refresh'];

const CREATE_USERS = {
  mysql: [
    `CREATE TABLE users (
      id INT NOT NULL AUTO_INCREMENT,
      username VARCHAR(150) NOT NULL,
      email VARCHAR(255) NULL,
      full_name VARCHAR(255) NULL,
      hashed_password VARCHAR(255) NOT NULL,
      is_active TINYINT(1) NOT NULL DEFAULT 1,
      role VARCHAR(20) NOT NULL DEFAULT 'user',
      created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
      PRIMARY KEY (id),
      UNIQUE INDEX uq_users_username (username),
      INDEX ix_users_email (email)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  ],
  sqlite: [
    `CREATE TABLE "users" (
      "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
      "username" varchar(150) NOT NULL,
      "email" varchar(255),
      "full_name" varchar(255),
      "hashed_password" varchar(255) NOT NULL,
      "is_active" boolean NOT NULL DEFAULT (1),
      "role" varchar(20) NOT NULL DEFAULT ('user'),
      "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
      "updated_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP)
    )`,
    `CREATE UNIQUE INDEX "uq_users_username" ON "users" ("username")`,
    `CREATE INDEX "ix_users_email" ON "users" ("email")`,
  ],
};

/** The legacy table as found in the field. One that is there already is adopted as it stands, row for row. */
export class Baseline1780000000001 implements MigrationInterface, ForeseeingStep {
  name = 'Baseline1780000000001';

  async foresee(runner: QueryRunner): Promise<void> {
    if (!(await tableExists(runner, 'users')) || (await remembered(runner))?.usersTable === 'created') return;
    await requireLegacyColumns(runner);
    await requireTransactions(runner);
  }

  async up(runner: QueryRunner): Promise<void> {
    await this.foresee(runner);
    const memory = await remembered(runner);
    const exists = await tableExists(runner, 'users');
    if (!memory) {
      const optional = exists && (await isNullable(runner, 'users', 'hashed_password'));
      await runner.query(
        `CREATE TABLE IF NOT EXISTS cutover_baseline (users_table VARCHAR(8) NOT NULL, hashed_password VARCHAR(8) NOT NULL)`,
      );
      await runner.query(`INSERT INTO cutover_baseline (users_table, hashed_password) VALUES (?, ?)`, [
        exists ? 'adopted' : 'created',
        optional ? 'optional' : 'required',
      ]);
    }
    if (!exists) for (const statement of CREATE_USERS[engineOf(runner)]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const memory = await remembered(runner);
    if (memory?.usersTable === 'created' && (await tableExists(runner, 'users'))) {
      const { count, names } = await namedRows(runner, '1 = 1');
      if (count > 0) {
        throw new MigrationRefusal(
          `The table users holds ${count} row(s), which this step would drop: ${names}. Save them and empty the table first.`,
        );
      }
      await runner.query(`DROP TABLE users`);
    }
    await runner.query(`DROP TABLE IF EXISTS cutover_baseline`);
  }
}

interface Memory {
  /** A table that was here before us is never dropped. */
  usersTable: 'created' | 'adopted';
  /** Some legacy tables already let a password be NULL. */
  hashedPassword: 'required' | 'optional';
}

async function remembered(runner: QueryRunner): Promise<Memory | null> {
  if (!(await tableExists(runner, 'cutover_baseline'))) return null;
  const [memory] = (await runner.query(
    `SELECT users_table AS usersTable, hashed_password AS hashedPassword FROM cutover_baseline`,
  )) as Memory[];
  return memory ?? null;
}

export async function legacyPasswordWasOptional(runner: QueryRunner): Promise<boolean> {
  return (await remembered(runner))?.hashedPassword === 'optional';
}

async function requireLegacyColumns(runner: QueryRunner): Promise<void> {
  const present = new Set((await columnNames(runner, 'users')).map((name) => name.toLowerCase()));
  const missing = LEGACY_COLUMNS.filter((name) => !present.has(name));
  if (missing.length > 0) {
    throw new MigrationRefusal(`The table users cannot be adopted: it has no column ${missing.join(', ')}.`);
  }
  const taken = OUR_COLUMNS.filter((name) => present.has(name));
  if (taken.length > 0) {
    throw new MigrationRefusal(
      `The table users cannot be adopted: it has a column ${taken.join(', ')} of its own. Rename it first.`,
    );
  }
}

/** Without them a backup holds no one instant, and a restore or a sync that is cut off stays half done. */
async function requireTransactions(runner: QueryRunner): Promise<void> {
  if (engineOf(runner) !== 'mysql') return;
  const [table] = (await runner.query(
    `SELECT t.engine AS engine FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
     WHERE t.table_schema = DATABASE() AND t.table_name = 'users' AND e.transactions <> 'YES'`,
  )) as { engine: string }[];
  if (!table) return;
  throw new MigrationRefusal(
    `The table users cannot be adopted: its engine ${table.engine} has no transactions. Back it up, then ALTER TABLE users ENGINE=InnoDB.`,
  );
}
