import { type OwnTables, OwnTablesStep } from './support/own-tables';

const KEY = 'VARCHAR(22) NULL';

const TABLES: OwnTables = {
  cutover_user_names: {
    columns: { user_id: 'BIGINT NOT NULL', username_key: KEY, email_key: KEY },
    primaryKey: 'user_id',
    indexes: { ix_user_names_username_key: 'username_key', ix_user_names_email_key: 'email_key' },
  },
  cutover_name_sweep: {
    columns: { id: 'INT NOT NULL', owner: 'VARCHAR(36) NULL', due_at: 'BIGINT NOT NULL' },
    primaryKey: 'id',
  },
};

/** Finds a person by a name however it is spelled, and says when the names are gone through next. */
export class UserNames1780000000019 extends OwnTablesStep {
  constructor() {
    super('UserNames1780000000019', TABLES);
  }
}
