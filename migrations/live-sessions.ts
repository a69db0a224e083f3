import type { MigrationInterface, QueryRunner } from 'typeorm';
import { engineOf, indexExists } from './support/schema';

const TABLE = 'cutover_sessions';
const INDEX = 'ix_sessions_ended_at';

/** Finds the sessions that hold among those that have ended, which are kept for a month. */
export class LiveSessions1780000000014 implements MigrationInterface {
  name = 'LiveSessions1780000000014';

  async up(runner: QueryRunner): Promise<void> {
    if (await indexExists(runner, TABLE, INDEX)) return;
    await runner.query(`CREATE INDEX ${INDEX} ON ${TABLE} (ended_at, expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    if (!(await indexExists(runner, TABLE, INDEX))) return;
    await runner.query(`DROP INDEX ${INDEX}${engineOf(runner) === 'mysql' ? ` ON ${TABLE}` : ''}`);
  }
}
