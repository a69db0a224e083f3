import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTables, dropOwnTables, type OwnTables } from './support/own-tables';

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
export class BreakGlass1780000000007 implements MigrationInterface {
  name = 'BreakGlass1780000000007';

  async up(runner: QueryRunner): Promise<void> {
    await createOwnTables(runner, TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOwnTables(runner, TABLES);
  }
}
