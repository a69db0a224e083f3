import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_promotion_schedules: {
    columns: {
      policy_version: 'INT NOT NULL',
      last_version: 'INT NOT NULL',
      steps: 'TEXT NOT NULL',
      set_by: 'VARCHAR(150) NOT NULL',
      set_at: 'BIGINT NOT NULL',
      reason: 'VARCHAR(500) NOT NULL',
    },
    primaryKey: 'policy_version',
  },
};

/** Schedules by which the rollout goes on by itself, each with the decision that it came with. */
export class AutoPromote1780000000011 extends OwnTablesStep {
  constructor() {
    super('AutoPromote1780000000011', TABLES);
  }
}
