import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { NotFound, type OwnSession, type Page } from '@cutover/contracts';
import type { SessionEnd } from '../entities/session.entity';
import { type SessionRow, SessionStore } from '../session-store';
import { SessionService } from '../session.service';
import { decodeCursor, encodeCursor } from './session-cursor';

/** A session as its owner, or an operator, may see it: nothing in it opens anything. */
export type ListedSession = Omit<OwnSession, 'current'>;

export interface SessionPageRequest {
  limit: number;
  cursor?: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A person's sessions that are still worth something, and their end by somebody's wish. */
@Injectable()
export class SessionList {
  /** Milliseconds. */
  private readonly idleTimeout: number;

  constructor(
    private readonly store: SessionStore,
    private readonly sessions: SessionService,
    settings: SettingsService,
  ) {
    this.idleTimeout = settings.get('session', { infer: true }).idleTimeout * 1000;
  }

  /** Live sessions, the latest sign-in first: a session that is used does not wander between two pages. */
  async page(
    userId: number,
    { limit, cursor }: SessionPageRequest,
    now = Date.now(),
  ): Promise<Page<ListedSession>> {
    const found = await this.store.livePage(userId, {
      usedSince: now - this.idleTimeout,
      now,
      after: cursor === undefined ? null : decodeCursor(cursor),
      limit: limit + 1,
    });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    return { items: rows.map(listed), nextCursor: found.length > limit && last ? encodeCursor(last) : null };
  }

  /** How many sessions {@link SessionService.endAllOf} would end. */
  async count(userId: number): Promise<number> {
    return (await this.store.liveSessionIds(userId)).length;
  }

  /**
   * The session as it stands, ended or not.
   *
   * @throws NotFound for another person's exactly as for one that never was: an id must not be a way to find out
   */
  async find(userId: number, sessionId: string): Promise<ListedSession & { ended: boolean }> {
    // Asked of the database only as a UUID: its collation would take an id with spaces at its end for the same.
    const row = UUID.test(sessionId) ? await this.store.find(sessionId) : null;
    if (row?.userId !== userId) throw new NotFound({ detail: 'There is no such session.' });
    return { ...listed(row), ended: row.endedAt !== null };
  }

  /** Idempotent: one that has ended stays as it ended. @param by who wished it, where it is not the person. @throws NotFound as {@link find} */
  async end(userId: number, sessionId: string, reason: SessionEnd, by?: string): Promise<void> {
    await this.find(userId, sessionId);
    await this.sessions.end(sessionId, reason, Date.now(), by);
  }
}

function listed(row: SessionRow): ListedSession {
  return {
    id: row.id,
    createdAt: new Date(row.createdAt).toISOString(),
    lastUsedAt: new Date(row.lastUsedAt).toISOString(),
    expiresAt: new Date(row.expiresAt).toISOString(),
    userAgent: row.userAgent,
    address: row.address,
    authMode: row.authMode,
  };
}
