import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { whyTimedOut } from '../session-end';
import { SessionService } from '../session.service';
import { placeholders } from './set-update';

/** Milliseconds between two rounds, of each process. */
const INTERVAL = 60_000;
/** Rows of one kind in one round. */
const BATCH = 500;
const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds that a session's row is kept after its absolute end: what an operator may still ask about. */
const KEEP_SESSIONS = 30 * DAY;
/** Milliseconds that the hash of an access token is kept after the token's end; it finds nobody from then on. */
const KEEP_BEARERS = DAY;

/** Ends sessions that nobody uses any more though they still hold tokens, and removes rows that are of no more use. */
@Injectable()
export class SessionHousekeeping {
  private nextRound = 0;
  /** Milliseconds. */
  private readonly idleTimeout: number;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
    settings: SettingsService,
  ) {
    this.idleTimeout = settings.get('session', { infer: true }).idleTimeout * 1000;
  }

  /** Does something once a minute at most, and then only so much. @throws ServiceUnavailable */
  async run(now = Date.now()): Promise<void> {
    if (now < this.nextRound) return;
    this.nextRound = now + INTERVAL;
    await this.endSessionsThatAreOver(now);
    await this.removeOldRows(now);
  }

  private async endSessionsThatAreOver(now: number): Promise<void> {
    const over = await this.database.query<{ id: string; lastUsedAt: number; expiresAt: number }>(
      `SELECT s.id, s.last_used_at AS lastUsedAt, s.expires_at AS expiresAt
       FROM cutover_provider_tokens t JOIN cutover_sessions s ON s.id = t.session_id
       WHERE s.ended_at IS NULL AND (s.expires_at <= ? OR s.last_used_at <= ?) LIMIT ?`,
      [now, now - this.idleTimeout, BATCH],
    );
    for (const session of over) {
      const reason = whyTimedOut(session, this.idleTimeout, now);
      if (reason) await this.sessions.end(session.id, reason, now);
    }
  }

  private async removeOldRows(now: number): Promise<void> {
    const sessions = await this.oldest('cutover_sessions', 'id', now - KEEP_SESSIONS);
    if (sessions.length > 0) {
      await this.database.transaction(async () => {
        await this.remove('cutover_provider_tokens', 'session_id', sessions);
        await this.remove('cutover_session_bearers', 'session_id', sessions);
        await this.remove('cutover_sessions', 'id', sessions);
      });
    }
    const bearers = await this.oldest('cutover_session_bearers', 'token_hash', now - KEEP_BEARERS);
    if (bearers.length > 0) await this.remove('cutover_session_bearers', 'token_hash', bearers);
  }

  private async oldest(table: string, column: string, before: number): Promise<string[]> {
    const rows = await this.database.query<{ key: string }>(
      `SELECT ${column} AS \`key\` FROM ${table} WHERE expires_at < ? ORDER BY expires_at LIMIT ?`,
      [before, BATCH],
    );
    return rows.map(({ key }) => key);
  }

  private async remove(table: string, column: string, keys: string[]): Promise<void> {
    await this.database.execute(`DELETE FROM ${table} WHERE ${column} IN (${placeholders(keys)})`, keys);
  }
}
