import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_rollout_notes: {
    columns: {
      id: 'BIGINT NOT NULL AUTO_INCREMENT',
      at: 'BIGINT NOT NULL',
      author: 'VARCHAR(150) NOT NULL',
      message: 'TEXT NOT NULL',
      username: 'VARCHAR(255) NULL',
      stage: 'VARCHAR(16) NOT NULL',
      policy_version: 'INT NOT NULL',
      request_id: 'VARCHAR(64) NULL',
    },
    primaryKey: 'id',
    indexes: { ix_rollout_notes_at: 'at' },
  },
};

/** What operators and people say while the rollout goes on. */
export class RolloutRecords1780000000005 extends OwnTablesStep {
  constructor() {
    super('RolloutRecords1780000000005', TABLES);
  }
}
