import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTables, dropOwnTables, type OwnTables } from './support/own-tables';

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
export class AutoPromote1780000000011 implements MigrationInterface {
  name = 'AutoPromote1780000000011';

  async up(runner: QueryRunner): Promise<void> {
    await createOwnTables(runner, TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOwnTables(runner, TABLES);
  }
}
