import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { ActiveSessions, type WhichSessions } from './active-sessions';
import type { SessionEnd } from './entities/session.entity';
import { ProviderSession } from './provider-session';
import { ProviderTokenStore } from './provider-token-store';
import { SessionStore } from './session-store';
import type { TokenOwner } from './vault/token-vault';

/** Sessions in one transaction. */
const LARGEST_SET = 250;
/** Milliseconds for which the next set waits until the provider knows of this one. */
const PATIENCE = 1000;

/** A session that has ended here, and what the provider has yet to forget. */
export interface EndedSession {
  sessionId: string;
  refreshToken: string | null;
}

/**
 * Ends sessions: here all of a set, or nothing of it. The provider is told as far as it answers in time; a grant that it
 * does not hear of lasts over there until it runs out, and nobody has its refresh token any more.
 */
@Injectable()
export class SessionEnds {
  constructor(
    private readonly database: Database,
    private readonly store: SessionStore,
    private readonly providerTokens: ProviderTokenStore,
    private readonly provider: ProviderSession,
    private readonly active: ActiveSessions,
  ) {}

  /**
   * Idempotent: the reason that was first stays. Not for use inside a transaction: the provider must not hear of what may
   * yet be undone.
   *
   * @param by who wished it, where it is not the owner
   * @returns how many had not ended before, and when the provider has been told of them, or that cannot be done
   * @throws ServiceUnavailable
   */
  async end(
    sessions: readonly TokenOwner[],
    reason: SessionEnd,
    now: number,
    by?: string,
  ): Promise<{ ended: number; told: Promise<void> }> {
    const ended = await this.database.transaction(() => this.inTransaction(sessions, reason, now, by));
    return { ended: ended.length, told: this.tell(ended) };
  }

  /** As {@link end}, as part of whatever else must happen with it; {@link tell} belongs after the commit. */
  async inTransaction(
    sessions: readonly TokenOwner[],
    reason: SessionEnd,
    now: number,
    by?: string,
  ): Promise<EndedSession[]> {
    if (sessions.length === 0) return [];
    const tokens = await this.providerTokens.lockRefreshTokens(sessions);
    const ids = sessions.map(({ sessionId }) => sessionId);
    const ended = await this.store.endAll(ids, reason, now, by === undefined ? {} : { by });
    return ended.map((sessionId) => ({ sessionId, refreshToken: tokens.get(sessionId) ?? null }));
  }

  /** Resolves when the provider has been told of them, or that cannot be done. Never fails. */
  async tell(ended: readonly EndedSession[]): Promise<void> {
    await Promise.all(
      ended.map(({ sessionId, refreshToken }) => this.provider.forget(sessionId, refreshToken)),
    );
  }

  /**
   * Ends all that are meant, in sets. Can be broken off and run again.
   *
   * @param by who wished it
   * @param onProgress how many have ended so far
   * @returns how many
   * @throws ServiceUnavailable
   */
  async endAll(
    which: WhichSessions,
    reason: SessionEnd,
    by: string,
    onProgress?: (done: number) => void,
  ): Promise<number> {
    let done = 0;
    for (let after = ''; ;) {
      const set = await this.active.page(which, after, LARGEST_SET);
      const last = set.at(-1);
      if (!last) return done;
      done += await this.endSet(set, reason, by);
      onProgress?.(done);
      after = last.sessionId;
    }
  }

  /** As {@link endAll}, those of a list. */
  async endThese(sessions: readonly TokenOwner[], reason: SessionEnd, by: string): Promise<number> {
    let done = 0;
    for (let from = 0; from < sessions.length; from += LARGEST_SET)
      done += await this.endSet(sessions.slice(from, from + LARGEST_SET), reason, by);
    return done;
  }

  private async endSet(set: readonly TokenOwner[], reason: SessionEnd, by: string): Promise<number> {
    const { ended, told } = await this.end(set, reason, Date.now(), by);
    await Promise.race([told, delay(PATIENCE, undefined, { ref: false })]);
    return ended;
  }
}
