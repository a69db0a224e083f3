import { randomUUID } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { AddedColumnsStep } from './support/added-columns';
import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_database: {
    columns: {
      id: 'INT NOT NULL',
      database_id: 'VARCHAR(36) NOT NULL',
      made_at: 'BIGINT NOT NULL',
    },
    primaryKey: 'id',
  },
};

class PersonColumns extends AddedColumnsStep {}

/** Which database this is, so that a backup is known by its own; and when what people sign in with last changed. */
export class Credentials1780000000016 extends OwnTablesStep {
  private readonly person = new PersonColumns(this.name, {
    cutover_user_state: { credentials_changed_at: 'BIGINT' },
  });

  constructor() {
    super('Credentials1780000000016', TABLES);
  }

  override async up(runner: QueryRunner): Promise<void> {
    await super.up(runner);
    const known = (await runner.query('SELECT id FROM cutover_database')) as unknown[];
    if (known.length === 0)
      await runner.query('INSERT INTO cutover_database (id, database_id, made_at) VALUES (1, ?, ?)', [
        randomUUID(),
        Date.now(),
      ]);
    await this.person.up(runner);
  }

  override async down(runner: QueryRunner): Promise<void> {
    await this.person.down(runner);
    await super.down(runner);
  }
}
