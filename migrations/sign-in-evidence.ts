import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_sign_in_outcomes: {
    columns: {
      id: 'BIGINT NOT NULL AUTO_INCREMENT',
      at: 'BIGINT NOT NULL',
      user_id: 'INT NULL',
      side: 'VARCHAR(8) NOT NULL',
      outcome: 'VARCHAR(8) NOT NULL',
      code: 'VARCHAR(32) NULL',
      duration_ms: 'INT NOT NULL',
      known_device: 'INT NOT NULL',
      fallback: 'INT NOT NULL',
      stage: 'VARCHAR(16) NOT NULL',
      policy_version: 'INT NOT NULL',
    },
    primaryKey: 'id',
    indexes: { ix_sign_in_outcomes_at: 'at', ix_sign_in_outcomes_user_id: 'user_id, at' },
  },
  cutover_shadow_checks: {
    columns: {
      user_id: 'INT NOT NULL',
      claimed_at: 'BIGINT NOT NULL',
      checked_at: 'BIGINT NULL',
      finding: 'VARCHAR(32) NULL',
      object_id: 'VARCHAR(255) NULL',
    },
    primaryKey: 'user_id',
  },
  cutover_guardrail_verdicts: {
    columns: {
      evaluation: 'BIGINT NOT NULL',
      at: 'BIGINT NOT NULL',
      policy_version: 'INT NOT NULL',
      stage: 'VARCHAR(16) NOT NULL',
      percent: 'INT NOT NULL',
      verdict: 'VARCHAR(16) NULL',
      reasons: 'TEXT NULL',
      figures: 'TEXT NULL',
      action: 'VARCHAR(16) NULL',
    },
    primaryKey: 'evaluation',
    indexes: { ix_guardrail_verdicts_at: 'at' },
  },
};

/** How sign-ins came out, what shadow checks found, and what the guardrail made of it. */
export class SignInEvidence1780000000009 extends OwnTablesStep {
  constructor() {
    super('SignInEvidence1780000000009', TABLES);
  }
}
