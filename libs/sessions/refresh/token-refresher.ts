import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Coalescer } from '@cutover/database';
import {
  ExternalAuthClient,
  ExternalMisconfigured,
  GrantInvalid,
  mayBeSpent,
  type ProviderRefresh,
  type ProviderTokens,
} from '@cutover/external-auth';
import { Metrics } from '@cutover/operations';
import type { SessionEnd } from '../entities/session.entity';
import { TokenVault, VaultError } from '../vault/token-vault';
import { LeaseStore } from './lease-store';
import type { LeasedTokens } from './leased-tokens';
import { RefreshLeases } from './refresh-leases';
import { RefreshSettlement } from './refresh-settlement';

/** What came of a refresh. */
export type RefreshOutcome =
  | { outcome: 'refreshed'; tokens: ProviderTokens }
  /** Newer tokens stand there, or the session is gone, or in other hands: look again. */
  | { outcome: 'superseded' }
  /** Nothing for now; `in_doubt` where the refresh token may be spent. */
  | { outcome: 'failed' | 'in_doubt'; error: unknown }
  | { outcome: 'ended'; reason: SessionEnd; cause: unknown };

type Sent =
  | { outcome: 'answered'; answer: ProviderRefresh }
  | { outcome: 'not spent' | 'may be spent'; error: unknown }
  | { outcome: 'not ours' };

/** Waits for a place on the wire. */
export type OnWire = <T>(call: () => Promise<T>) => Promise<T>;

/** Rows in one statement. */
const LARGEST_SET = 250;

/**
 * Spends a refresh token once and keeps what comes of it (RFC 6749 section 6). People and the job meet here: there is one
 * refresh of a session at a time, in this process by a promise, across processes by the lease.
 */
@Injectable()
export class TokenRefresher {
  private readonly logger = new Logger(TokenRefresher.name);
  private readonly running = new Map<string, Promise<RefreshOutcome>>();
  /** Sessions whose refresh token may be on the wire, or whose new one is not stored yet. */
  private readonly atRisk = new Set<string>();
  private readonly marks: Coalescer<string, boolean>;
  /** The provider takes a refresh token whose answer was lost a second time. */
  private readonly repeats: boolean;

  constructor(
    private readonly client: ExternalAuthClient,
    private readonly leases: RefreshLeases,
    private readonly settlement: RefreshSettlement,
    private readonly vault: TokenVault,
    private readonly metrics: Metrics,
    store: LeaseStore,
    settings: SettingsService,
  ) {
    this.repeats = settings.get('externalAuth', { infer: true })?.refreshRepeat ?? false;
    this.marks = new Coalescer((ids) => store.markSent(leases.owner, ids), LARGEST_SET);
  }

  /**
   * Refreshes a row that this process holds the lease on, or joins the refresh of it that is under way. The lease is
   * given back in the end.
   *
   * @throws AbortError when the process ended before the outcome could be stored
   */
  refresh(row: LeasedTokens, onWire: OnWire = (call) => call()): Promise<RefreshOutcome> {
    const running = this.running.get(row.sessionId);
    if (running) return running;
    const started = this.run(row, onWire).finally(() => {
      this.running.delete(row.sessionId);
      this.leases.drop(row);
    });
    this.running.set(row.sessionId, started);
    return started;
  }

  /**
   * For the end of the process: waits for the refreshes in hand and for what is not stored yet.
   *
   * @param limit milliseconds
   * @returns ids of the sessions whose answer did not come, or could not be stored, by then
   */
  async finish(limit: number): Promise<string[]> {
    const done = new AbortController();
    const inHand = Promise.allSettled(this.running.values()).then(() => {
      done.abort();
    });
    await Promise.race([inHand, delay(limit, undefined, { signal: done.signal }).catch(() => undefined)]);
    this.settlement.giveUp();
    return [...this.atRisk];
  }

  private async run(row: LeasedTokens, onWire: OnWire): Promise<RefreshOutcome> {
    const start = performance.now();
    const result = await this.attempt(row, onWire);
    this.atRisk.delete(row.sessionId);
    const outcome = result.outcome === 'ended' ? result.reason : result.outcome;
    this.metrics.tokenRefreshes.inc({ outcome });
    const duration = Math.round(performance.now() - start);
    this.logger.log(
      { event: 'token_refresh', sessionId: row.sessionId, userId: row.userId, outcome, duration },
      'provider tokens refreshed or not',
    );
    return result;
  }

  private async attempt(row: LeasedTokens, onWire: OnWire): Promise<RefreshOutcome> {
    if (row.sentAt !== null && !this.repeats) return this.inDoubt(row, 'an earlier answer was lost');
    const refreshToken = this.open(row);
    if (refreshToken instanceof VaultError) return this.failed(row, refreshToken);
    const sent = await onWire(() => this.send(row, refreshToken));
    switch (sent.outcome) {
      case 'answered':
        return this.keep(row, sent.answer);
      case 'not ours':
        return { outcome: 'superseded' };
      case 'may be spent':
        return this.inDoubt(row, sent.error);
      case 'not spent':
        return sent.error instanceof GrantInvalid
          ? this.refused(row, sent.error)
          : this.failed(row, sent.error);
    }
  }

  /** A token that no key of ours opens says nothing against the grant: another process may have the key. */
  private open(row: LeasedTokens): string | VaultError {
    try {
      return this.vault.open(row.refreshToken ?? '', 'refresh', row);
    } catch (error) {
      if (error instanceof VaultError) return error;
      throw error;
    }
  }

  private async send(row: LeasedTokens, refreshToken: string): Promise<Sent> {
    try {
      if (!(await this.marks.add(row.sessionId))) return { outcome: 'not ours' };
    } catch (error) {
      return { outcome: 'not spent', error }; // whether or not the mark was written: nothing followed it
    }
    this.atRisk.add(row.sessionId);
    try {
      return { outcome: 'answered', answer: await this.client.refresh(refreshToken) };
    } catch (error) {
      return { outcome: mayBeSpent(error) ? 'may be spent' : 'not spent', error };
    }
  }

  private async keep(row: LeasedTokens, answer: ProviderRefresh): Promise<RefreshOutcome> {
    if (!answer.verified) {
      const { refreshToken, failure } = answer;
      this.logger.error(
        { sessionId: row.sessionId, failure: failure.cause },
        'refreshed tokens could not be verified: the access token at hand serves on',
      );
      const kept = await this.settlement.renewGrant(row, refreshToken);
      return kept ? { outcome: 'failed', error: failure } : { outcome: 'superseded' };
    }
    const { tokens, identity } = answer;
    if (identity && identity.objectId !== row.externalUserId) {
      const reason = 'the refreshed tokens are of another person';
      return this.inDoubt(row, new ExternalMisconfigured({ operation: 'refresh', reason }));
    }
    const kept = await this.settlement.renew(row, tokens);
    return kept ? { outcome: 'refreshed', tokens } : { outcome: 'superseded' };
  }

  private async failed(row: LeasedTokens, error: unknown): Promise<RefreshOutcome> {
    this.logger.warn({ sessionId: row.sessionId, err: error }, 'not refreshed: tried again later');
    await this.settlement.tryLater(row, error);
    return { outcome: 'failed', error };
  }

  private async inDoubt(row: LeasedTokens, error: unknown): Promise<RefreshOutcome> {
    const { sessionId } = row;
    if (this.repeats) {
      this.logger.warn({ sessionId, err: error }, 'the answer to a refresh was lost: tried again later');
      await this.settlement.tryAgain(row);
    } else {
      if (row.accessTokenExpiresAt <= Date.now()) return this.end(row, 'refresh_lost', error);
      this.logger.warn({ sessionId, err: error }, 'the answer to a refresh was lost: the session ends soon');
      await this.settlement.waitForTheEnd(row);
    }
    return { outcome: 'in_doubt', error };
  }

  /** The grant is dead; where the person is why, that is kept, so that no outage lets in whom the other side keeps out. */
  private async refused(row: LeasedTokens, error: GrantInvalid): Promise<RefreshOutcome> {
    const reason = error.reason === 'account_disabled' ? error.reason : 'grant_invalid';
    const outcome = await this.end(row, reason, error);
    if (outcome.outcome === 'ended' && error.reason) await this.settlement.keepRefusal(row, error.reason);
    return outcome;
  }

  /** Losing a race is no failure: another process may have spent the token and stored its successor. */
  private async end(row: LeasedTokens, reason: SessionEnd, cause: unknown): Promise<RefreshOutcome> {
    return (await this.settlement.end(row, reason, cause))
      ? { outcome: 'ended', reason, cause }
      : { outcome: 'superseded' };
  }
}
