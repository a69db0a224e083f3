import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { SessionService } from '@cutover/sessions';

/** Sessions that are ended at once: each takes a connection for a moment. */
const AT_ONCE = 8;
const PAGE = 400;
const LIVE = `auth_mode = 'external' AND ended_at IS NULL AND expires_at > ? AND last_used_at > ?`;

/** Live sessions of the external side: whose they are, and their end. */
@Injectable()
export class ExternalSessions {
  /** Milliseconds. */
  private readonly idleTimeout: number;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
    settings: SettingsService,
  ) {
    this.idleTimeout = settings.get('session', { infer: true }).idleTimeout * 1000;
  }

  /** How many there are of everybody whose id lies between two, both included. */
  async between(first: number, last: number): Promise<(userId: number) => number> {
    const rows = await this.database.query<{ userId: number; count: number | string }>(
      `SELECT user_id AS userId, COUNT(*) AS count FROM cutover_sessions
       WHERE user_id BETWEEN ? AND ? AND ${LIVE} GROUP BY user_id`,
      [first, last, ...this.liveAt(Date.now())],
    );
    const counts = new Map(rows.map(({ userId, count }) => [userId, Number(count)]));
    return (userId) => counts.get(userId) ?? 0;
  }

  /**
   * Ends them all. Can be broken off and run again; the one of somebody who signs in meanwhile may stay.
   *
   * @param by as in the audit trail
   * @param onProgress how many have ended so far
   * @returns how many
   */
  async endAll(by: string, onProgress: (done: number) => void): Promise<number> {
    let ended = 0;
    for (let after = ''; ;) {
      const page = await this.database.query<{ id: string }>(
        `SELECT id FROM cutover_sessions WHERE ${LIVE} AND id > ? ORDER BY id LIMIT ${PAGE}`,
        [...this.liveAt(Date.now()), after],
      );
      for (let first = 0; first < page.length; first += AT_ONCE) {
        const some = page.slice(first, first + AT_ONCE);
        await Promise.all(some.map(({ id }) => this.sessions.end(id, 'rolled_back', Date.now(), by)));
        ended += some.length;
        onProgress(ended);
      }
      const last = page.at(-1);
      if (!last) return ended;
      after = last.id;
    }
  }

  private readonly liveAt = (now: number) => [now, now - this.idleTimeout];
}
