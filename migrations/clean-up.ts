import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_cleanup: {
    columns: {
      id: 'INT NOT NULL',
      sealed_at: 'BIGINT NOT NULL',
      sealed_by: 'VARCHAR(150) NOT NULL',
      file: 'VARCHAR(255) NOT NULL',
      file_sha256: 'VARCHAR(64) NOT NULL',
      passwords: 'INT NOT NULL',
      passwords_sha256: 'VARCHAR(64) NOT NULL',
      days: 'INT NOT NULL',
      completed_at: 'BIGINT NULL',
    },
    primaryKey: 'id',
  },
};

/** Where the clean-up stands: one row, once the legacy passwords are sealed. */
export class CleanUp1780000000010 extends OwnTablesStep {
  constructor() {
    super('CleanUp1780000000010', TABLES);
  }
}
