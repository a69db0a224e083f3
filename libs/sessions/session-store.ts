import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { type AuditEntry, AuditTrail, type NotedEntry } from '@cutover/operations';
import type { Presentations, RotationState } from './cookie/rotation';
import type { SessionEnd, SessionEntity } from './entities/session.entity';
import type { SessionPosition } from './list/session-cursor';
import { LiveSessions } from './live/live-sessions';
import { placeholders } from './refresh/set-update';

export type SessionRow = Omit<SessionEntity, 'presentations'> & { presentations: Presentations };

const COLUMNS = `s.id, s.user_id AS userId, s.auth_mode AS authMode, s.generation, s.presentations, s.created_at AS createdAt,
  s.last_used_at AS lastUsedAt, s.expires_at AS expiresAt, s.ended_at AS endedAt, s.end_reason AS endReason,
  s.user_agent AS userAgent, s.address`;

export interface LivePage {
  /** Epoch milliseconds: a session that was last used at this instant or before has timed out. */
  usedSince: number;
  now: number;
  after: SessionPosition | null;
  limit: number;
}

/** What is kept with the end of a session. */
export interface AboutEnd {
  /** Who wished it, where it is not its owner. */
  by?: string;
  /** Beside whose it was. */
  detail?: AuditEntry['detail'];
}

/** Rows of sessions. Plain SQL: these statements stand on the path of every request. */
@Injectable()
export class SessionStore {
  /** For a set of ids: MySQL would else read, and lock, all rows of a table that is not much larger than the set. */
  private readonly byId: string;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly live: LiveSessions,
  ) {
    this.byId = database.engine === 'mysql' ? 'FORCE INDEX (PRIMARY)' : '';
  }

  /** @param sessions at least one */
  async insertAll(sessions: readonly SessionRow[]): Promise<void> {
    await this.database.execute(
      `INSERT INTO cutover_sessions (id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at, user_agent, address)
       VALUES ${sessions.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      sessions.flatMap((session) => [
        session.id,
        session.userId,
        session.authMode,
        session.generation,
        JSON.stringify(session.presentations),
        session.createdAt,
        session.lastUsedAt,
        session.expiresAt,
        session.userAgent,
        session.address,
      ]),
    );
  }

  async find(sessionId: string): Promise<SessionRow | null> {
    const rows = await this.database.query<SessionEntity>(
      `SELECT ${COLUMNS} FROM cutover_sessions s WHERE s.id = ?`,
      [sessionId],
    );
    return rows[0] ? toRow(rows[0]) : null;
  }

  /** @returns false when another request rotated or ended the session in the meantime. */
  async advance(sessionId: string, from: number, to: RotationState, now: number): Promise<boolean> {
    const { affected } = await this.database.execute(
      `UPDATE cutover_sessions SET generation = ?, presentations = ?, last_used_at = ? WHERE id = ? AND generation = ? AND ended_at IS NULL`,
      [to.generation, JSON.stringify(to.presentations), now, sessionId, from],
    );
    return affected === 1;
  }

  async touch(sessionIds: string[], now: number): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_sessions SET last_used_at = ? WHERE id IN (${sessionIds.map(() => '?').join(', ')}) AND last_used_at < ?`,
      [now, ...sessionIds, now],
    );
  }

  /**
   * Ends one session, forgets the provider's tokens and keeps a record of it.
   *
   * @returns false when it had ended before
   */
  async end(sessionId: string, reason: SessionEnd, now: number, about?: AboutEnd): Promise<boolean> {
    return (await this.endAll([sessionId], reason, now, about)).length === 1;
  }

  /**
   * As {@link end}, for many at once.
   *
   * @param sessionIds at least one
   * @returns those that had not ended before
   */
  endAll(
    sessionIds: readonly string[],
    reason: SessionEnd,
    now: number,
    about: AboutEnd = {},
  ): Promise<string[]> {
    return this.database.transaction(async () => {
      this.database.afterwards(() => sessionIds.forEach((id) => this.live.forget(id)));
      const lock = this.database.engine === 'mysql' ? ' FOR UPDATE' : '';
      // Tokens first, as everybody who locks rows of both does.
      await this.database.execute(this.deleteTokens(sessionIds), [...sessionIds]);
      const open = await this.database.query<{ id: string; userId: number }>(
        `SELECT id, user_id AS userId FROM cutover_sessions ${this.byId}
         WHERE id IN (${placeholders(sessionIds)}) AND ended_at IS NULL${lock}`,
        [...sessionIds],
      );
      if (open.length === 0) return [];
      const ids = open.map(({ id }) => id);
      await this.database.execute(
        `UPDATE cutover_sessions ${this.byId} SET ended_at = ?, end_reason = ? WHERE id IN (${placeholders(ids)})`,
        [now, reason, ...ids],
      );
      await this.audit.recordAll(open.map((session) => this.notedEnd(session, reason, about)));
      return ids;
    });
  }

  /** By the key: see {@link byId}. MySQL takes a hint in this form of DELETE only. */
  private deleteTokens(sessionIds: readonly string[]): string {
    const from =
      this.database.engine === 'mysql' ? 't FROM cutover_provider_tokens t' : 'FROM cutover_provider_tokens';
    return `DELETE ${from} ${this.byId} WHERE session_id IN (${placeholders(sessionIds)})`;
  }

  private notedEnd(
    { id, userId }: { id: string; userId: number },
    reason: SessionEnd,
    { by, detail }: AboutEnd,
  ): NotedEntry {
    const byOwner = reason === 'signed_out' || reason === 'ended_by_owner';
    return this.audit.noted({
      action: 'session.ended',
      actor: by ?? (byOwner ? `user:${userId}` : 'cutover'),
      subject: `session:${id}`,
      outcome: 'success',
      code: reason,
      detail: { userId, ...detail },
    });
  }

  /** Sessions that neither ended nor ran out, the latest first. */
  async livePage(userId: number, { usedSince, now, after, limit }: LivePage): Promise<SessionRow[]> {
    const position = after && [after.createdAt, after.createdAt, after.id];
    const rows = await this.database.query<SessionEntity>(
      `SELECT ${COLUMNS} FROM cutover_sessions s
       WHERE s.user_id = ? AND s.ended_at IS NULL AND s.last_used_at > ? AND s.expires_at > ?
         ${position ? 'AND (s.created_at < ? OR (s.created_at = ? AND s.id < ?))' : ''}
       ORDER BY s.created_at DESC, s.id DESC LIMIT ?`,
      [userId, usedSince, now, ...(position ?? []), limit],
    );
    return rows.map(toRow);
  }

  async liveSessionIds(userId: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM cutover_sessions WHERE user_id = ? AND ended_at IS NULL`,
      [userId],
    );
    return rows.map(({ id }) => id);
  }
}

function toRow(row: SessionEntity): SessionRow {
  return { ...row, presentations: JSON.parse(row.presentations) as Presentations };
}
