import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable } from './support/alter-table';
import { engineOf, indexExists } from './support/schema';

const INDEXES = [
  { name: 'ix_external_accounts_upn', table: 'cutover_external_accounts', column: 'upn' },
  { name: 'ix_users_azure_email', table: 'users', column: 'azure_email' },
];

const upnComparedBy = (collation: string) =>
  `ALTER TABLE cutover_external_accounts MODIFY upn VARCHAR(255) CHARACTER SET utf8mb4 COLLATE ${collation} NULL`;

/**
 * Finds whose name over there somebody typed, whatever its case, by one index look-up. The columns stay, so that code,
 * and backups, of before it go on. Old servers index no more than 767 bytes.
 */
export class AccountNames1780000000020 implements MigrationInterface {
  name = 'AccountNames1780000000020';

  async up(runner: QueryRunner): Promise<void> {
    const isMysql = engineOf(runner) === 'mysql';
    if (isMysql) await runner.query(upnComparedBy('utf8mb4_unicode_ci'));
    for (const { name, table, column } of INDEXES) {
      if (await indexExists(runner, table, name)) continue;
      if (isMysql) await alterTable(runner, table, [`ADD INDEX ${name} (${column}(190))`]);
      else await runner.query(`CREATE INDEX ${name} ON ${table} (${column} COLLATE NOCASE)`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    const isMysql = engineOf(runner) === 'mysql';
    for (const { name, table } of INDEXES.toReversed()) {
      if (!(await indexExists(runner, table, name))) continue;
      if (isMysql) await alterTable(runner, table, [`DROP INDEX ${name}`]);
      else await runner.query(`DROP INDEX ${name}`);
    }
    if (isMysql) await runner.query(upnComparedBy('utf8mb4_bin'));
  }
}
