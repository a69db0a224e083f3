import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_external_accounts: {
    columns: {
      user_id: 'INT NOT NULL',
      state: 'VARCHAR(16) NOT NULL',
      object_id: 'VARCHAR(36) NULL',
      upn: 'VARCHAR(255) NULL',
      seen_at: 'BIGINT NOT NULL',
      run_id: 'VARCHAR(36) NOT NULL',
    },
    primaryKey: 'user_id',
  },
  cutover_sync_runs: {
    columns: {
      id: 'VARCHAR(36) NOT NULL',
      plan_sha256: 'VARCHAR(64) NOT NULL',
      source_file: 'VARCHAR(255) NOT NULL',
      source_sha256: 'VARCHAR(64) NOT NULL',
      started_by: 'VARCHAR(150) NOT NULL',
      started_at: 'BIGINT NOT NULL',
      last_user_id: 'INT NOT NULL',
      batches: 'INT NOT NULL',
      finished_at: 'BIGINT NULL',
      undone_by: 'VARCHAR(150) NULL',
      undone_at: 'BIGINT NULL',
    },
    primaryKey: 'id',
    indexes: { ix_sync_runs_plan_sha256: 'plan_sha256' },
  },
  cutover_sync_changes: {
    columns: {
      run_id: 'VARCHAR(36) NOT NULL',
      user_id: 'INT NOT NULL',
      batch: 'INT NOT NULL',
      proof: 'VARCHAR(32) NULL',
      facts_before: 'TEXT NOT NULL',
      facts_after: 'TEXT NOT NULL',
      undone_at: 'BIGINT NULL',
    },
    primaryKey: 'run_id, user_id',
  },
};

/** What sync knows of people's accounts over there, and the ledger of what it changed, by which it is undone. */
export class UserSync1780000000004 extends OwnTablesStep {
  constructor() {
    super('UserSync1780000000004', TABLES);
  }
}
