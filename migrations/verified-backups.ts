import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_backups: {
    columns: {
      id: 'BIGINT NOT NULL AUTO_INCREMENT',
      taken_at: 'BIGINT NOT NULL',
      verified_at: 'BIGINT NOT NULL',
      made_by: 'VARCHAR(150) NOT NULL',
      file: 'VARCHAR(255) NOT NULL',
      sha256: 'VARCHAR(64) NOT NULL',
      encrypted: 'INT NOT NULL',
      users: 'INT NOT NULL',
    },
    primaryKey: 'id',
    indexes: { ix_backups_taken_at: 'taken_at' },
  },
};

/** Which backups were written and read back. */
export class VerifiedBackups1780000000006 extends OwnTablesStep {
  constructor() {
    super('VerifiedBackups1780000000006', TABLES);
  }
}
