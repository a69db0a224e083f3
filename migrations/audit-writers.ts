import type { QueryRunner } from 'typeorm';
import { OwnTablesStep, type OwnTables } from './support/own-tables';
import { engineOf } from './support/schema';

const ENTRY = {
  at: 'BIGINT NOT NULL',
  actor: 'VARCHAR(150) NOT NULL',
  action: 'VARCHAR(40) NOT NULL',
  subject: 'VARCHAR(150) NULL',
  outcome: 'VARCHAR(16) NOT NULL',
  code: 'VARCHAR(32) NULL',
  address: 'VARCHAR(45) NULL',
  request_id: 'VARCHAR(64) NULL',
  detail: 'MEDIUMTEXT NULL',
  fact: 'VARCHAR(32) NULL',
  writer: 'VARCHAR(22) NOT NULL',
  boot: 'BIGINT NOT NULL',
  number: 'BIGINT NOT NULL',
  kid: 'VARCHAR(32) NOT NULL',
  mac: 'VARCHAR(43) NOT NULL',
};

const TABLES: OwnTables = {
  cutover_audit_log: {
    columns: { id: 'BIGINT NOT NULL AUTO_INCREMENT', ...ENTRY, unsealed: 'TINYINT NULL DEFAULT 1' },
    primaryKey: 'id',
    indexes: {
      ix_cutover_audit_log_at: 'at',
      ix_cutover_audit_log_subject: 'subject',
      ix_cutover_audit_log_fact: 'fact, at',
      ix_cutover_audit_log_number: 'writer, number',
      ix_cutover_audit_log_unsealed: 'unsealed',
    },
  },
  cutover_audit_log_seals: {
    columns: {
      sequence: 'BIGINT NOT NULL',
      entry_id: 'BIGINT NOT NULL',
      kid: 'VARCHAR(32) NOT NULL',
      previous: 'VARCHAR(43) NOT NULL',
      hmac: 'VARCHAR(43) NOT NULL',
    },
    primaryKey: 'sequence',
    indexes: { ix_audit_log_seals_entry_id: 'entry_id' },
  },
  cutover_audit_log_chain: {
    columns: {
      id: 'INT NOT NULL',
      lease_owner: 'VARCHAR(36) NULL',
      lease_until: 'BIGINT NULL',
      sequence: 'BIGINT NOT NULL',
      hmac: 'VARCHAR(43) NOT NULL',
      writers: 'BIGINT NOT NULL',
      pruned_to: 'BIGINT NOT NULL',
      pruned_hmac: 'VARCHAR(43) NOT NULL',
      earlier_to: 'BIGINT NULL',
      earlier_hmac: 'VARCHAR(43) NOT NULL',
      earlier_pruned_to: 'BIGINT NOT NULL',
      earlier_pruned_hmac: 'VARCHAR(43) NOT NULL',
      broken_at: 'BIGINT NULL',
      broken_reason: 'VARCHAR(255) NULL',
      kid: 'VARCHAR(32) NOT NULL',
      mac: 'VARCHAR(43) NOT NULL',
    },
    primaryKey: 'id',
  },
  cutover_audit_writers: {
    columns: {
      ordinal: 'BIGINT NOT NULL',
      writer: 'VARCHAR(22) NOT NULL',
      boot: 'BIGINT NOT NULL',
      state: 'VARCHAR(12) NOT NULL',
      at: 'BIGINT NOT NULL',
      up_to: 'BIGINT NOT NULL',
      pending: 'TEXT NOT NULL',
      voided: 'TEXT NOT NULL',
      kid: 'VARCHAR(32) NOT NULL',
      mac: 'VARCHAR(43) NOT NULL',
      pruned: 'TEXT NOT NULL',
      pruned_kid: 'VARCHAR(32) NOT NULL',
      pruned_mac: 'VARCHAR(43) NOT NULL',
    },
    primaryKey: 'ordinal',
    indexes: { ix_audit_writers_writer: 'writer' },
  },
  cutover_audit_evidence: {
    columns: { id: 'BIGINT NOT NULL', ...ENTRY },
    primaryKey: 'id',
    indexes: { ix_audit_evidence_fact: 'fact, at' },
  },
};

/** Ids of both trails are shown side by side: those of this table begin where the earlier one never comes. */
const FIRST_ID = 10_000_000_001;

/**
 * The audit trail whose rows carry the MAC of who wrote them. The table of the first release stays as it is: a process
 * of that release writes and seals it at the same time, and this one reads both.
 */
export class AuditWriters1780000000017 extends OwnTablesStep {
  constructor() {
    super('AuditWriters1780000000017', TABLES);
  }

  override async up(runner: QueryRunner): Promise<void> {
    await super.up(runner);
    if (engineOf(runner) === 'mysql')
      await runner.query(`ALTER TABLE cutover_audit_log AUTO_INCREMENT = ${FIRST_ID}`);
    if ((await runner.query(`SELECT 1 FROM cutover_audit_log_chain`)).length > 0) return;
    await runner.query(
      `INSERT INTO cutover_audit_log_chain
         (id, sequence, hmac, writers, pruned_to, pruned_hmac, earlier_hmac, earlier_pruned_to, earlier_pruned_hmac, kid, mac)
       VALUES (1, 0, '', 0, 0, '', '', 0, '', '', '')`,
    );
  }
}
