import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import { Coalescer } from '@cutover/database';
import {
  ExternalAuthClient,
  GrantInvalid,
  type ProviderTokens,
  type RefusalCode,
  supportIds,
} from '@cutover/external-auth';
import { UserRepository } from '@cutover/users';
import type { SessionEnd } from '../entities/session.entity';
import { bearerHash } from '../provider-token-store';
import { SessionStore } from '../session-store';
import { TokenVault } from '../vault/token-vault';
import { LeaseStore, type Release, type RenewedTokens } from './lease-store';
import type { LeasedTokens } from './leased-tokens';
import { RefreshLeases } from './refresh-leases';
import { timeToRefresh, timeToRetry } from './refresh-schedule';

/** Rows in one statement. */
const LARGEST_SET = 250;

/** Milliseconds between two tries to write what must not be lost: the first, doubled up to the longest. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/**
 * Writes what came of a refresh, in sets with whatever else came meanwhile, and gives the lease back. What is not
 * written is tried again until it is: a refresh token that was handed out exists nowhere else.
 */
@Injectable()
export class RefreshSettlement {
  private readonly logger = new Logger(RefreshSettlement.name);
  private readonly givenUp = new AbortController();
  private readonly releases: Coalescer<Release, boolean>;
  private readonly stores: Coalescer<RenewedTokens, boolean>;
  /** Milliseconds. */
  private readonly buffer: number;

  constructor(
    private readonly store: LeaseStore,
    private readonly sessions: SessionStore,
    private readonly client: ExternalAuthClient,
    private readonly vault: TokenVault,
    private readonly users: UserRepository,
    leases: RefreshLeases,
    settings: SettingsService,
  ) {
    this.buffer = settings.get('session', { infer: true }).tokenRefreshBuffer * 1000;
    this.stores = new Coalescer((renewed) => store.storeRenewed(renewed), LARGEST_SET);
    this.releases = new Coalescer(async (releases) => {
      await store.release(leases.owner, releases);
      return releases.map(() => true);
    }, LARGEST_SET);
  }

  /** @returns false when newer tokens stand there, or the session has ended; then these are nobody's */
  renew(row: LeasedTokens, tokens: ProviderTokens & { refreshToken: string }): Promise<boolean> {
    const { accessToken, accessTokenExpiresAt, idToken } = tokens;
    const life = { obtainedAt: Date.now(), accessTokenExpiresAt };
    return this.replace(row, tokens.refreshToken, {
      access: {
        token: this.vault.seal(accessToken, 'access', row),
        bearerHash: bearerHash(accessToken),
        obtainedAt: life.obtainedAt,
        expiresAt: accessTokenExpiresAt,
      },
      idToken: idToken && this.vault.seal(idToken, 'id', row),
      failures: 0,
      dueIn: timeToRefresh(life, this.buffer),
    });
  }

  /** Keeps the grant's new refresh token, and the access token that is there. @returns as {@link renew} */
  renewGrant(row: LeasedTokens, refreshToken: string): Promise<boolean> {
    const failures = row.failures + 1;
    return this.replace(row, refreshToken, {
      access: null,
      idToken: null,
      failures,
      dueIn: timeToRetry(failures),
    });
  }

  /** Nothing was spent: again after a while. */
  async tryLater(row: LeasedTokens, error: unknown): Promise<void> {
    const failures = row.failures + 1;
    const retryAfter = error instanceof ProblemError ? error.retryAfter : undefined;
    await this.release(row, { failures, dueIn: timeToRetry(failures, retryAfter), inDoubt: false });
  }

  /** The refresh token may be spent, which the provider does not mind: again after a while. */
  async tryAgain(row: LeasedTokens): Promise<void> {
    const failures = row.failures + 1;
    await this.release(row, { failures, dueIn: timeToRetry(failures), inDoubt: true });
  }

  /** The refresh token may be spent, and is not sent again: the access token serves to its end. */
  async waitForTheEnd(row: LeasedTokens): Promise<void> {
    const dueIn = Math.max(0, row.accessTokenExpiresAt - Date.now());
    await this.release(row, { failures: row.failures, dueIn, inDoubt: true });
  }

  /** @returns false when somebody has stored newer tokens meanwhile: nothing ends then */
  end(row: LeasedTokens, reason: SessionEnd, cause: unknown): Promise<boolean> {
    const { sessionId, userId } = row;
    return this.insist(row, async () => {
      const ended = await this.store.whileUnchanged(row, async () => {
        await this.sessions.end(sessionId, reason, Date.now(), { detail: supportIdsOf(cause) });
      });
      if (ended)
        this.logger.warn({ sessionId, userId, reason, err: cause }, 'a session ended at its refresh');
      return ended;
    });
  }

  /** Keeps what the external side says of a person; one that it calls disabled is signed out everywhere. */
  async keepRefusal(row: LeasedTokens, code: RefusalCode): Promise<void> {
    await this.insist(row, async () => {
      await this.users.recordExternalRefusal(row.userId, code);
      if (code !== 'account_disabled') return;
      for (const id of await this.sessions.liveSessionIds(row.userId))
        await this.sessions.end(id, code, Date.now());
    });
  }

  /** No further tries: the process ends. */
  giveUp(): void {
    this.givenUp.abort();
  }

  private async replace(
    row: LeasedTokens,
    refreshToken: string,
    renewed: Pick<RenewedTokens, 'access' | 'idToken' | 'failures' | 'dueIn'>,
  ): Promise<boolean> {
    const { sessionId, userId, version } = row;
    const sealed = this.vault.seal(refreshToken, 'refresh', row);
    const stored = await this.insist(row, () =>
      this.stores.add({ sessionId, userId, version, refreshToken: sealed, ...renewed }),
    );
    if (!stored && !(await this.store.exists(sessionId))) this.forget(row, refreshToken);
    return stored;
  }

  private async release(row: LeasedTokens, release: Omit<Release, 'sessionId'>): Promise<void> {
    await this.insist(row, () => this.releases.add({ sessionId: row.sessionId, ...release }));
  }

  /** The session ended while the provider answered: what it handed out is nobody's. Nobody waits for this. */
  private forget({ sessionId }: LeasedTokens, refreshToken: string): void {
    this.client.signOut(refreshToken).catch((error: unknown) => {
      this.logger.warn({ sessionId, err: error }, 'the provider was not told of the sign-out');
    });
  }

  /** Until it is done, or the process ends. */
  private async insist<T>({ sessionId }: LeasedTokens, write: () => Promise<T>): Promise<T> {
    const { signal } = this.givenUp;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      try {
        return await write();
      } catch (error) {
        if (pause === FIRST_PAUSE)
          this.logger.warn({ sessionId, err: error }, 'the outcome of a refresh is not stored yet');
        await delay(pause, undefined, { signal });
      }
    }
  }
}

/** By which the other side can be asked why. */
const supportIdsOf = (cause: unknown) => (cause instanceof GrantInvalid ? supportIds(cause.failure) : {});
