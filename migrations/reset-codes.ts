import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_reset_codes: {
    columns: {
      user_id: 'BIGINT NOT NULL',
      code_hash: 'VARCHAR(64) NOT NULL',
      issued_by: 'VARCHAR(150) NOT NULL',
      issued_at: 'BIGINT NOT NULL',
      expires_at: 'BIGINT NOT NULL',
    },
    primaryKey: 'user_id',
  },
};

/** Codes with which people choose a new local password: one a person at most, and none in clear. */
export class ResetCodes1780000000008 extends OwnTablesStep {
  constructor() {
    super('ResetCodes1780000000008', TABLES);
  }
}
