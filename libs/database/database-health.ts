import { Injectable } from '@nestjs/common';
import { Database } from './database';
import { ServiceUnavailable } from './errors';
import { Migrator } from './migrator';

export interface DatabaseState {
  up: boolean;
  /** How the schema stands to the one that this version was built for; `unknown` while the database is down. */
  schema: 'current' | 'pending' | 'ahead' | 'unknown';
  cause?: string;
}

@Injectable()
export class DatabaseHealth {
  constructor(
    private readonly database: Database,
    private readonly migrator: Migrator,
  ) {}

  /** One round trip or two; cheap enough for a load balancer's polls. */
  async check(): Promise<DatabaseState> {
    try {
      await this.database.query('SELECT 1 AS one');
      const { pending, unknown } = await this.migrator.status();
      if (pending.length > 0) return { up: true, schema: 'pending' };
      return { up: true, schema: unknown.length > 0 ? 'ahead' : 'current' };
    } catch (error) {
      const cause = error instanceof ServiceUnavailable ? error.cause : error;
      return { up: false, schema: 'unknown', cause: cause instanceof Error ? cause.message : String(cause) };
    }
  }
}
