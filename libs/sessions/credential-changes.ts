import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { StandingCredentials, UserRepository } from '@cutover/users';
import type { SessionEnd } from './entities/session.entity';
import { LiveSessions } from './live/live-sessions';
import { SessionEnds } from './session-ends';
import { SessionStore } from './session-store';

export interface CredentialChange {
  userId: number;
  /** Why the sessions end. */
  reason: SessionEnd;
  /** Who wished it. */
  by: string;
  /** The session that goes on, because who has it has just shown that they know the old credential. */
  except?: string;
}

/**
 * The one way to replace what a person signs in with, or to take it away: their sessions end in the same transaction,
 * and no sign-in that was checked against the old credential is written after it. Whoever signs in with the new one is
 * let in from the commit on.
 */
@Injectable()
export class CredentialChanges {
  constructor(
    private readonly database: Database,
    private readonly credentials: StandingCredentials,
    private readonly users: UserRepository,
    private readonly store: SessionStore,
    private readonly ends: SessionEnds,
    private readonly live: LiveSessions,
  ) {}

  /**
   * Not for use inside a transaction: the provider hears of ended sessions after the commit. Devices that the person signed
   * in with before are unknown from then on.
   *
   * @param change writes it, and nothing but the database; `false` where there was nothing to change, and no session ends
   * @returns how many sessions ended; `null` where nothing was changed
   * @throws ServiceUnavailable, and whatever `change` throws, after undoing it
   */
  async make(
    { userId, reason, by, except }: CredentialChange,
    change: () => Promise<boolean>,
  ): Promise<number | null> {
    const now = Date.now();
    const ended = await this.database.transaction(async () => {
      await this.credentials.lock([userId]);
      if (!(await change())) return null;
      await this.users.recordCredentialChanges([userId], now);
      const sessions = (await this.store.liveSessionIds(userId)).filter((id) => id !== except);
      return this.ends.inTransaction(
        sessions.map((sessionId) => ({ sessionId, userId })),
        reason,
        now,
        by,
      );
    });
    this.live.forgetPerson(userId);
    if (ended === null) return null;
    void this.ends.tell(ended);
    return ended.length;
  }
}
