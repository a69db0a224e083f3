import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { CompleteFile } from './acceptance';

/** Milliseconds. */
const DAY = 24 * 60 * 60 * 1000;

/** What a plan is measured by: the runs before it. */
@Injectable()
export class EarlierRuns {
  constructor(private readonly database: Database) {}

  /** The last whole directory that was applied and not taken back; `null` where there was none. */
  async lastComplete(): Promise<CompleteFile | null> {
    const [run] = await this.database.query<CompleteFile>(
      `SELECT complete_accounts AS accounts, started_at AS at FROM cutover_sync_runs
       WHERE complete_accounts IS NOT NULL AND finished_at IS NOT NULL AND undone_at IS NULL
       ORDER BY started_at DESC LIMIT 1`,
    );
    return run ?? null;
  }

  /** People whom runs of the last 24 hours, not taken back, newly keep out. */
  async leaversOfLastDay(): Promise<number> {
    const [row] = await this.database.query<{ count: number | string | null }>(
      `SELECT SUM(leavers) AS count FROM cutover_sync_runs
       WHERE undone_at IS NULL AND started_at > ${this.database.clock} - ${DAY}`,
    );
    return Number(row?.count ?? 0);
  }
}
