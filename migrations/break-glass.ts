import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_break_glass: {
    columns: {
      user_id: 'INT NOT NULL',
      username: 'VARCHAR(150) NOT NULL',
      password_hash: 'VARCHAR(255) NOT NULL',
      added_by: 'VARCHAR(150) NOT NULL',
      added_at: 'BIGINT NOT NULL',
    },
    primaryKey: 'user_id',
  },
};

/** Credentials for an emergency, apart from everything that sync, restore and clean-up touch. */
export class BreakGlass1780000000007 extends OwnTablesStep {
  constructor() {
    super('BreakGlass1780000000007', TABLES);
  }
}
