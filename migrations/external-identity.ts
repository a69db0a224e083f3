import type { MigrationInterface, QueryRunner } from 'typeorm';
import { legacyPasswordWasOptional } from './baseline';
import { alterTable } from './support/alter-table';
import { nullabilityClause } from './support/mysql-nullability';
import { namedRows } from './support/named-rows';
import { MigrationRefusal } from './support/refusal';
import { columnNames, engineOf, indexExists } from './support/schema';
import { setNullableInSqlite } from './support/sqlite-nullability';

/** Own character sets: a legacy table may be latin1, and its people have names in every script. */
const COLUMNS = {
  // ASCII keeps the index short enough for every row format and engine a legacy table may have.
  external_user_id: {
    mysql: 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL',
    sqlite: 'varchar(255)',
  },
  display_name: {
    mysql: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL',
    sqlite: 'varchar(255)',
  },
  azure_email: {
    mysql: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL',
    sqlite: 'varchar(255)',
  },
  last_token_refresh: { mysql: 'DATETIME NULL', sqlite: 'datetime' },
};
const INDEX = 'uq_users_external_user_id';

/**
 * The step this product exists for: where a person is known on the external side, and that a local password is no
 * longer everybody's. Works with the legacy application before and after it (expand first). It can be run again where
 * it was cut off: only what is missing is added.
 */
export class ExternalIdentity1780000000002 implements MigrationInterface {
  name = 'ExternalIdentity1780000000002';

  async up(runner: QueryRunner): Promise<void> {
    const engine = engineOf(runner);
    const present = await columnNames(runner, 'users');
    const added = Object.entries(COLUMNS)
      .filter(([column]) => !present.includes(column))
      .map(([column, type]) => `ADD COLUMN ${column} ${type[engine]}`);
    const indexed = await indexExists(runner, 'users', INDEX);
    if (engine === 'mysql') {
      const nullability = await nullabilityClause(runner, 'users', 'hashed_password', true);
      await alterTable(runner, 'users', [
        ...added,
        ...(indexed ? [] : [`ADD UNIQUE INDEX ${INDEX} (external_user_id)`]),
        ...(nullability ? [nullability] : []),
      ]);
      return;
    }
    for (const clause of added) await runner.query(`ALTER TABLE users ${clause}`);
    if (!indexed) await runner.query(`CREATE UNIQUE INDEX ${INDEX} ON users (external_user_id)`);
    await setNullableInSqlite(runner, 'users', 'hashed_password', true);
  }

  async down(runner: QueryRunner): Promise<void> {
    const wasOptional = await legacyPasswordWasOptional(runner);
    await refuseWhereExternalIsTheOnlyWayIn(runner, wasOptional);
    const present = await columnNames(runner, 'users');
    const dropped = Object.keys(COLUMNS)
      .reverse()
      .filter((column) => present.includes(column))
      .map((column) => `DROP COLUMN ${column}`);
    const indexed = await indexExists(runner, 'users', INDEX);
    if (engineOf(runner) === 'mysql') {
      const nullability = wasOptional
        ? null
        : await nullabilityClause(runner, 'users', 'hashed_password', false);
      await alterTable(runner, 'users', [
        ...(nullability ? [nullability] : []),
        ...(indexed ? [`DROP INDEX ${INDEX}`] : []),
        ...dropped,
      ]);
      return;
    }
    if (indexed) await runner.query(`DROP INDEX ${INDEX}`);
    for (const clause of dropped) await runner.query(`ALTER TABLE users ${clause}`);
    if (!wasOptional) await setNullableInSqlite(runner, 'users', 'hashed_password', false);
  }
}

/** Where the legacy column was optional, a row without a password may be the legacy application's own affair. */
async function refuseWhereExternalIsTheOnlyWayIn(runner: QueryRunner, wasOptional: boolean): Promise<void> {
  const { count, names } = await namedRows(
    runner,
    `hashed_password IS NULL${wasOptional ? ' AND external_user_id IS NOT NULL' : ''}`,
  );
  if (count === 0) return;
  throw new MigrationRefusal(
    `${count} user(s) have no local password and could not sign in any more: ${names}. Give them one or remove them first.`,
  );
}
