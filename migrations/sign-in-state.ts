import { randomBytes } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_user_state: {
    columns: {
      user_id: 'INT NOT NULL',
      pin: 'VARCHAR(8) NULL',
      pin_set_by: 'VARCHAR(150) NULL',
      pin_set_at: 'BIGINT NULL',
      last_sign_in_at: 'BIGINT NULL',
      last_external_refusal: 'VARCHAR(32) NULL',
    },
    primaryKey: 'user_id',
  },
  cutover_rollout_policies: {
    columns: {
      version: 'INT NOT NULL',
      stage: 'VARCHAR(16) NOT NULL',
      percent: 'INT NOT NULL',
      test_users: 'TEXT NOT NULL',
      changed_by: 'VARCHAR(150) NOT NULL',
      changed_at: 'BIGINT NOT NULL',
      reason: 'VARCHAR(500) NOT NULL',
      salt: 'VARCHAR(43) NOT NULL',
      hold_reason: 'VARCHAR(500) NULL',
      hold_since: 'BIGINT NULL',
    },
    primaryKey: 'version',
  },
  cutover_sessions: {
    columns: {
      id: 'VARCHAR(36) NOT NULL',
      user_id: 'INT NOT NULL',
      auth_mode: 'VARCHAR(8) NOT NULL',
      generation: 'INT NOT NULL',
      presentations: 'TEXT NOT NULL',
      created_at: 'BIGINT NOT NULL',
      last_used_at: 'BIGINT NOT NULL',
      expires_at: 'BIGINT NOT NULL',
      ended_at: 'BIGINT NULL',
      end_reason: 'VARCHAR(32) NULL',
      user_agent: 'VARCHAR(255) NULL',
      address: 'VARCHAR(45) NULL',
    },
    primaryKey: 'id',
    indexes: { ix_sessions_user_id: 'user_id', ix_sessions_expires_at: 'expires_at' },
  },
  cutover_provider_tokens: {
    columns: {
      session_id: 'VARCHAR(36) NOT NULL',
      access_token: 'LONGTEXT NOT NULL',
      refresh_token: 'LONGTEXT NULL',
      id_token: 'LONGTEXT NULL',
      obtained_at: 'BIGINT NOT NULL',
      access_token_expires_at: 'BIGINT NOT NULL',
      version: 'INT NOT NULL',
      refresh_due_at: 'BIGINT NULL',
      lease_owner: 'VARCHAR(36) NULL',
      lease_until: 'BIGINT NULL',
      sent_at: 'BIGINT NULL',
      failures: 'INT NOT NULL DEFAULT 0',
    },
    primaryKey: 'session_id',
    indexes: { ix_provider_tokens_refresh_due_at: 'refresh_due_at' },
  },
  cutover_session_bearers: {
    columns: {
      token_hash: 'VARCHAR(43) NOT NULL',
      session_id: 'VARCHAR(36) NOT NULL',
      expires_at: 'BIGINT NOT NULL',
    },
    primaryKey: 'token_hash, session_id',
    indexes: { ix_session_bearers_session_id: 'session_id', ix_session_bearers_expires_at: 'expires_at' },
  },
  cutover_rate_limits: {
    columns: {
      bucket: 'VARCHAR(100) NOT NULL',
      points: 'INT NOT NULL',
      expires_at: 'BIGINT NULL',
    },
    primaryKey: 'bucket',
    indexes: { ix_rate_limits_expires_at: 'expires_at' },
  },
  audit_log: {
    columns: {
      id: 'BIGINT NOT NULL AUTO_INCREMENT',
      at: 'BIGINT NOT NULL',
      actor: 'VARCHAR(150) NOT NULL',
      action: 'VARCHAR(40) NOT NULL',
      subject: 'VARCHAR(150) NULL',
      outcome: 'VARCHAR(16) NOT NULL',
      code: 'VARCHAR(32) NULL',
      address: 'VARCHAR(45) NULL',
      request_id: 'VARCHAR(64) NULL',
      detail: 'TEXT NULL',
    },
    primaryKey: 'id',
    indexes: { ix_audit_log_at: 'at', ix_audit_log_subject: 'subject' },
  },
};

/** Sessions, the provider's tokens, the rollout's decisions, what we know of a person beside the legacy row, who failed how often, and who did what. */
export class SignInState1780000000003 extends OwnTablesStep {
  constructor() {
    super('SignInState1780000000003', TABLES);
  }

  override async up(runner: QueryRunner): Promise<void> {
    await super.up(runner);
    await this.decideNothingYet(runner);
  }

  private async decideNothingYet(runner: QueryRunner): Promise<void> {
    if ((await runner.query(`SELECT 1 FROM cutover_rollout_policies`)).length > 0) return;
    await runner.query(
      `INSERT INTO cutover_rollout_policies (version, stage, percent, test_users, changed_by, changed_at, reason, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [0, 'off', 0, '[]', 'cutover', Date.now(), 'The start: everybody signs in locally.', newSalt()],
    );
  }
}

/** Made once: every later decision takes it over, so that nobody is ever reshuffled (design section 4). */
const newSalt = () => randomBytes(32).toString('base64url');
