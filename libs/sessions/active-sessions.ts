import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { AuthMode } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { BREAK_GLASS_COLUMN, BREAK_GLASS_JOIN, hasBreakGlass } from '@cutover/users';
import type { TokenOwner } from './vault/token-vault';

export interface WhichSessions {
  /** Both sides where it is left out. */
  authMode?: AuthMode;
  /** By a local password: break-glass accounts have credentials of their own, and are not meant. */
  byPassword?: true;
  /** Those, too, that have timed out and could come to life with a longer timeout. */
  timedOutToo?: true;
}

/** The sessions that hold now, in the whole database. */
@Injectable()
export class ActiveSessions {
  /** SQL; its parameter is {@link idleTimeout}. */
  private readonly isActive: string;
  /** Milliseconds. */
  private readonly idleTimeout: number;

  constructor(
    private readonly database: Database,
    settings: SettingsService,
  ) {
    const { clock } = database;
    this.isActive = `expires_at > ${clock} AND ended_at IS NULL AND last_used_at > ${clock} - ?`;
    this.idleTimeout = settings.get('session', { infer: true }).idleTimeout * 1000;
  }

  /**
   * By an index: what it reads are sessions that nobody has ended, not the ended ones that are kept for a month.
   *
   * @throws ServiceUnavailable
   */
  async count(): Promise<Record<AuthMode, number>> {
    const rows = await this.database.query<{ mode: AuthMode; count: number }>(
      `SELECT auth_mode AS mode, COUNT(*) AS count FROM cutover_sessions WHERE ${this.isActive} GROUP BY auth_mode`,
      [this.idleTimeout],
    );
    const counts = { local: 0, external: 0 };
    for (const { mode, count } of rows) counts[mode] = Number(count);
    return counts;
  }

  /**
   * How many of one side there are of everybody whose id lies between two, both included.
   *
   * @throws ServiceUnavailable
   */
  async ofPeople(first: number, last: number, authMode: AuthMode): Promise<(userId: number) => number> {
    const rows = await this.database.query<{ userId: number; count: number | string }>(
      `SELECT user_id AS userId, COUNT(*) AS count FROM cutover_sessions
       WHERE user_id BETWEEN ? AND ? AND auth_mode = ? AND ${this.isActive} GROUP BY user_id`,
      [first, last, authMode, this.idleTimeout],
    );
    const counts = new Map(rows.map(({ userId, count }) => [userId, Number(count)]));
    return (userId) => counts.get(userId) ?? 0;
  }

  /** @throws ServiceUnavailable */
  async countOf(which: WhichSessions): Promise<number> {
    const { sql, parameters } = await this.where(which);
    const [row] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_sessions WHERE ${sql}`,
      parameters,
    );
    return Number(row?.count);
  }

  /**
   * In the order of their ids.
   *
   * @param after the last id of the page before
   * @throws ServiceUnavailable
   */
  async page(which: WhichSessions, after: string, limit: number): Promise<TokenOwner[]> {
    const { sql, parameters } = await this.where(which);
    return this.database.query<TokenOwner>(
      `SELECT id AS sessionId, user_id AS userId FROM cutover_sessions WHERE id > ? AND ${sql} ORDER BY id LIMIT ?`,
      [after, ...parameters, limit],
    );
  }

  /**
   * Every session that nobody has ended, timed-out ones too, as the database has them at this moment: for a transaction that
   * holds the rows of all people, so that no further one comes before its end, and has read nothing before.
   */
  allUnended(): Promise<TokenOwner[]> {
    return this.database.query<TokenOwner>(
      `SELECT id AS sessionId, user_id AS userId FROM cutover_sessions WHERE ended_at IS NULL`,
    );
  }

  private async where({ authMode, byPassword, timedOutToo }: WhichSessions): Promise<{
    sql: string;
    parameters: unknown[];
  }> {
    const terms: [string, unknown[]][] = [
      timedOutToo ? ['ended_at IS NULL', []] : [this.isActive, [this.idleTimeout]],
    ];
    if (authMode) terms.push(['auth_mode = ?', [authMode]]);
    if (byPassword) {
      const spared = await this.breakGlassHolders();
      terms.push([`auth_mode = 'local'`, []]);
      if (spared.length > 0) terms.push([`user_id NOT IN (${spared.map(() => '?').join(', ')})`, spared]);
    }
    return {
      sql: terms.map(([sql]) => sql).join(' AND '),
      parameters: terms.flatMap(([, parameters]) => parameters),
    };
  }

  /** Whose credentials are their own now: not a row that has another name since they were made. */
  private async breakGlassHolders(): Promise<number[]> {
    const rows = await this.database.query<{ id: number; username: string; breakGlassName: string | null }>(
      `SELECT u.id, u.username, ${BREAK_GLASS_COLUMN} FROM users u ${BREAK_GLASS_JOIN} WHERE bg.user_id IS NOT NULL`,
    );
    return rows.filter(hasBreakGlass).map(({ id }) => id);
  }
}
