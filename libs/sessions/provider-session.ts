import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ExternalAuthClient, ExternalUnavailable, type ProviderTokens } from '@cutover/external-auth';
import { SessionExpired } from './errors';
import { ProviderTokenStore, type StoredProviderTokens } from './provider-token-store';
import { RefreshLeases } from './refresh/refresh-leases';
import { bufferOf } from './refresh/refresh-schedule';
import { TokenRefresher } from './refresh/token-refresher';
import { SessionStore } from './session-store';
import { type TokenOwner, VaultError } from './vault/token-vault';

/** `EXTERNAL_AUTH_TIMEOUT` so often is what a person waits for a refresh, whoever makes it. */
const TOTAL = 2;

/** Milliseconds between two looks at a row that another process is refreshing: the first, doubled up to the longest. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 200;

/** The provider's half of an external session: a fresh access token when one is asked for, and its end. */
@Injectable()
export class ProviderSession {
  private readonly logger = new Logger(ProviderSession.name);
  private readonly asking = new Map<string, Promise<ProviderTokens>>();
  /** Milliseconds, both. */
  private readonly buffer: number;
  private readonly longestWait: number;

  constructor(
    private readonly client: ExternalAuthClient,
    private readonly tokens: ProviderTokenStore,
    private readonly leases: RefreshLeases,
    private readonly refresher: TokenRefresher,
    private readonly sessions: SessionStore,
    settings: SettingsService,
  ) {
    this.buffer = settings.get('session', { infer: true }).tokenRefreshBuffer * 1000;
    this.longestWait = (settings.get('externalAuth', { infer: true })?.timeout ?? 0) * TOTAL;
  }

  /**
   * The stored access token while it lasts, else a refreshed one (RFC 6749 section 6).
   *
   * @throws SessionExpired when the provider no longer honours the session, which also ends it here
   * @throws ExternalUnavailable when the provider cannot be asked and the stored token has run out
   */
  freshTokens(owner: TokenOwner): Promise<ProviderTokens> {
    const running = this.asking.get(owner.sessionId);
    if (running) return running; // parallel tabs
    const started = this.freshen(owner).finally(() => this.asking.delete(owner.sessionId));
    this.asking.set(owner.sessionId, started);
    return started;
  }

  /** Tells the provider that nobody needs this grant any more; nobody has to wait for its answer. Never fails. */
  async forget(sessionId: string, refreshToken: string | null): Promise<void> {
    if (refreshToken === null) return;
    try {
      await this.client.signOut(refreshToken);
    } catch (error) {
      this.logger.warn({ sessionId, err: error }, 'the provider was not told of the sign-out');
    }
  }

  /** Waits on whoever refreshes already, then reads again: the newer tokens are the answer. */
  private async freshen(owner: TokenOwner): Promise<ProviderTokens> {
    const patience = AbortSignal.timeout(this.longestWait);
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      const stored = await this.stored(owner);
      if (this.isFresh(stored) || (stored.resting && isUsable(stored))) return stored;
      if (stored.refreshToken === null) {
        return isUsable(stored) ? stored : this.expire(owner, 'no refresh token was issued');
      }
      const renewed = await this.refresh(owner, stored, patience);
      if (renewed) return renewed;
      if (patience.aborted) return orUnavailable(stored);
      await delay(pause);
    }
  }

  /** @returns null where somebody else has it in hand, or had: look again */
  private async refresh(
    owner: TokenOwner,
    stored: StoredProviderTokens,
    patience: AbortSignal,
  ): Promise<ProviderTokens | null> {
    const row = await this.leases.take(owner.sessionId, stored.version);
    if (!row) return null;
    const outcome = await Promise.race([this.refresher.refresh(row), outOf(patience)]);
    switch (outcome?.outcome) {
      case 'refreshed':
        return outcome.tokens;
      case 'ended':
        throw new SessionExpired(outcome.cause);
      case 'failed':
      case 'in_doubt':
        if (isUsable(stored)) return stored;
        throw outcome.error;
      default:
        return null;
    }
  }

  /** With tokens that live shorter than twice the buffer, the buffer is half their life. */
  private isFresh(stored: StoredProviderTokens): boolean {
    return stored.accessTokenExpiresAt - Date.now() > bufferOf(stored, this.buffer);
  }

  /** Tokens that no key opens are gone, and the session with them: it could never be refreshed again. */
  private async stored(owner: TokenOwner): Promise<StoredProviderTokens> {
    try {
      const stored = await this.tokens.find(owner);
      if (stored) return stored;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      this.logger.error(
        { sessionId: owner.sessionId, reason: error.message },
        'a session ended: its tokens do not open',
      );
      return this.expire(owner, error.message);
    }
    throw new SessionExpired();
  }

  private async expire(owner: TokenOwner, cause: unknown): Promise<never> {
    await this.sessions.end(owner.sessionId, 'grant_invalid', Date.now());
    throw new SessionExpired(cause);
  }
}

const isUsable = ({ accessTokenExpiresAt }: StoredProviderTokens) => accessTokenExpiresAt > Date.now();

function orUnavailable(stored: StoredProviderTokens): ProviderTokens {
  if (isUsable(stored)) return stored;
  throw new ExternalUnavailable({ operation: 'refresh', reason: 'another refresh of it is under way' });
}

const outOf = (patience: AbortSignal) =>
  new Promise<null>((resolve) => {
    patience.addEventListener('abort', () => resolve(null), { once: true });
  });
