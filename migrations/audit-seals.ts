import type { QueryRunner } from 'typeorm';
import { alterTable } from './support/alter-table';
import { type OwnTables, OwnTablesStep } from './support/own-tables';
import { columnNames, engineOf, indexExists } from './support/schema';

const TABLES: OwnTables = {
  cutover_audit_seals: {
    columns: {
      sequence: 'BIGINT NOT NULL',
      entry_id: 'BIGINT NOT NULL',
      kid: 'VARCHAR(32) NOT NULL',
      previous: 'VARCHAR(43) NOT NULL',
      hmac: 'VARCHAR(43) NOT NULL',
    },
    primaryKey: 'sequence',
    indexes: { ix_audit_seals_entry_id: 'entry_id' },
  },
  cutover_audit_chain: {
    columns: {
      id: 'INT NOT NULL',
      sequence: 'BIGINT NOT NULL',
      hmac: 'VARCHAR(43) NOT NULL',
      lease_owner: 'VARCHAR(36) NULL',
      lease_until: 'BIGINT NULL',
      broken_at: 'BIGINT NULL',
      broken_reason: 'VARCHAR(255) NULL',
    },
    primaryKey: 'id',
  },
};
const MARK = 'unsealed';
const INDEX = 'ix_audit_log_unsealed';

/**
 * Seals of the audit trail, the chain's head, and a mark on each entry that has none yet. The mark, and not a place in
 * the order of ids, is what is looked for: a transaction that began earlier may commit later. Entries that are there
 * already are marked too.
 */
export class AuditSeals1780000000012 extends OwnTablesStep {
  constructor() {
    super('AuditSeals1780000000012', TABLES);
  }

  override async up(runner: QueryRunner): Promise<void> {
    await super.up(runner);
    if ((await runner.query(`SELECT 1 FROM cutover_audit_chain`)).length === 0)
      await runner.query(`INSERT INTO cutover_audit_chain (id, sequence, hmac) VALUES (1, 0, '')`);
    const marked = (await columnNames(runner, 'audit_log')).includes(MARK);
    const indexed = await indexExists(runner, 'audit_log', INDEX);
    if (engineOf(runner) === 'mysql') {
      await alterTable(runner, 'audit_log', [
        ...(marked ? [] : [`ADD COLUMN ${MARK} TINYINT NULL DEFAULT 1`]),
        ...(indexed ? [] : [`ADD INDEX ${INDEX} (${MARK})`]),
      ]);
      return;
    }
    if (!marked) await runner.query(`ALTER TABLE audit_log ADD COLUMN ${MARK} INTEGER NULL DEFAULT 1`);
    if (!indexed) await runner.query(`CREATE INDEX ${INDEX} ON audit_log (${MARK})`);
  }

  override async down(runner: QueryRunner): Promise<void> {
    const marked = (await columnNames(runner, 'audit_log')).includes(MARK);
    const indexed = await indexExists(runner, 'audit_log', INDEX);
    if (engineOf(runner) === 'mysql') {
      await alterTable(runner, 'audit_log', [
        ...(indexed ? [`DROP INDEX ${INDEX}`] : []),
        ...(marked ? [`DROP COLUMN ${MARK}`] : []),
      ]);
    } else {
      if (indexed) await runner.query(`DROP INDEX ${INDEX}`);
      if (marked) await runner.query(`ALTER TABLE audit_log DROP COLUMN ${MARK}`);
    }
    await super.down(runner);
  }
}
