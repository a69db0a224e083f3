import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTables, dropOwnTables, type OwnTables } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_promotion_waits: {
    columns: {
      policy_version: 'INT NOT NULL',
      waits_for: 'VARCHAR(700) NOT NULL',
      since: 'BIGINT NOT NULL',
    },
    primaryKey: 'policy_version',
  },
};

/** What the next step of a schedule waits for, since when; by the decision that the schedule came with. */
export class PromotionWaits1780000000013 implements MigrationInterface {
  name = 'PromotionWaits1780000000013';

  async up(runner: QueryRunner): Promise<void> {
    await createOwnTables(runner, TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOwnTables(runner, TABLES);
  }
}
