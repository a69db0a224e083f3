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
    if (sessions.length === 0) return { ended: 0, told: Promise.resolve() };
    const { tokens, ended } = await this.database.transaction(async () => ({
      tokens: await this.providerTokens.lockRefreshTokens(sessions),
      ended: await this.store.endAll(
        sessions.map(({ sessionId }) => sessionId),
        reason,
        now,
        by === undefined ? {} : { by },
      ),
    }));
    const told = ended.map((id) => this.provider.forget(id, tokens.get(id) ?? null));
    return { ended: ended.length, told: Promise.all(told).then(() => undefined) };
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
      const { ended, told } = await this.end(set, reason, Date.now(), by);
      done += ended;
      onProgress?.(done);
      await Promise.race([told, delay(PATIENCE, undefined, { ref: false })]);
      after = last.sessionId;
    }
  }
}
