import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_link_requests: {
    columns: {
      token_hash: 'VARCHAR(43) NOT NULL',
      cookie_hash: 'VARCHAR(43) NOT NULL',
      user_id: 'BIGINT NOT NULL',
      object_id: 'VARCHAR(255) NOT NULL',
      meeting: 'TEXT NOT NULL',
      access_token: 'LONGTEXT NOT NULL',
      refresh_token: 'LONGTEXT NULL',
      id_token: 'LONGTEXT NULL',
      access_token_expires_at: 'BIGINT NOT NULL',
      tries: 'INT NOT NULL',
      created_at: 'BIGINT NOT NULL',
      expires_at: 'BIGINT NOT NULL',
      lease_until: 'BIGINT NOT NULL',
    },
    primaryKey: 'token_hash',
    indexes: { ix_link_requests_expires_at: 'expires_at', ix_link_requests_user_id: 'user_id' },
  },
};

/** Sign-ins that wait for the local password as proof of a link, with the provider's tokens, sealed. */
export class LinkRequests1780000000018 extends OwnTablesStep {
  constructor() {
    super('LinkRequests1780000000018', TABLES);
  }
}
