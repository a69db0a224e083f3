import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { AuthMode } from '@cutover/contracts';
import { Database } from '@cutover/database';

/** How many sessions hold now, in the whole database. */
@Injectable()
export class ActiveSessions {
  constructor(
    private readonly database: Database,
    private readonly settings: SettingsService,
  ) {}

  /**
   * By the index on the absolute end: what it reads are the sessions of the last `SESSION_ABSOLUTE_TIMEOUT`, not the
   * ended ones that are kept for a month.
   *
   * @throws ServiceUnavailable
   */
  async count(): Promise<Record<AuthMode, number>> {
    const { clock } = this.database;
    const { idleTimeout } = this.settings.get('session', { infer: true });
    const rows = await this.database.query<{ mode: AuthMode; count: number }>(
      `SELECT auth_mode AS mode, COUNT(*) AS count FROM cutover_sessions
       WHERE expires_at > ${clock} AND ended_at IS NULL AND last_used_at > ${clock} - ? GROUP BY auth_mode`,
      [idleTimeout * 1000],
    );
    const counts = { local: 0, external: 0 };
    for (const { mode, count } of rows) counts[mode] = Number(count);
    return counts;
  }
}
