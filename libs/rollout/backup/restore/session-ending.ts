import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { SessionService } from '@cutover/sessions';

/** Sessions that are ended at once: each takes a connection for a moment. */
const AT_ONCE = 8;
const PAGE = 400;

/** Ends everybody's sessions: whoever is signed in was so under what is no more. */
@Injectable()
export class SessionEnding {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
  ) {}

  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_sessions WHERE ended_at IS NULL`,
    );
    return Number(row?.count);
  }

  /**
   * Can be broken off and run again.
   *
   * @param until epoch milliseconds; whoever signs in after it keeps their session
   * @param by as in the audit trail
   * @returns how many
   */
  async endAll(by: string, until: number): Promise<number> {
    let ended = 0;
    for (let after = ''; ;) {
      const page = await this.database.query<{ id: string }>(
        `SELECT id FROM cutover_sessions WHERE ended_at IS NULL AND created_at <= ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
        [until, after],
      );
      for (let first = 0; first < page.length; first += AT_ONCE) {
        const some = page.slice(first, first + AT_ONCE);
        await Promise.all(some.map(({ id }) => this.sessions.end(id, 'restored', Date.now(), by)));
      }
      ended += page.length;
      const last = page.at(-1);
      if (!last) return ended;
      after = last.id;
    }
  }
}
