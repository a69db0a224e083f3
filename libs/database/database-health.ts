import { Injectable } from '@nestjs/common';
import { Database } from './database';
import { ServiceUnavailable } from './errors';
import { Migrator } from './migrator';

export interface DatabaseState {
  up: boolean;
  /** How the schema stands to the one that this version was built for; `unknown` while the database is down. */
  schema: 'current' | 'pending' | 'ahead' | 'unknown';
  /** The last step that was applied; `null` where there is none, or nobody knows. */
  version: string | null;
  cause?: string;
}

/** Milliseconds for which an answer serves whoever asks: however many poll, the database is asked once in this time. */
const BELIEF = 1000;

@Injectable()
export class DatabaseHealth {
  private latest: { state: Promise<DatabaseState>; until: number } | null = null;

  constructor(
    private readonly database: Database,
    private readonly migrator: Migrator,
  ) {}

  /** At most a second old. Never rejects. */
  check(): Promise<DatabaseState> {
    if (this.latest && performance.now() < this.latest.until) return this.latest.state;
    const latest = { state: this.ask(), until: Infinity }; // one question at a time
    this.latest = latest;
    void latest.state.then(() => (latest.until = performance.now() + BELIEF));
    return latest.state;
  }

  private async ask(): Promise<DatabaseState> {
    try {
      await this.database.query('SELECT 1 AS one');
      const { applied, pending, unknown } = await this.migrator.status();
      const version = unknown.at(-1) ?? applied.at(-1) ?? null;
      if (pending.length > 0) return { up: true, schema: 'pending', version };
      return { up: true, schema: unknown.length > 0 ? 'ahead' : 'current', version };
    } catch (error) {
      const cause = error instanceof ServiceUnavailable ? error.cause : error;
      return {
        up: false,
        schema: 'unknown',
        version: null,
        cause: cause instanceof Error ? cause.message : String(cause),
      };
    }
  }
}
