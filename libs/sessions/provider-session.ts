import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import {
  ExternalAuthClient,
  ExternalMisconfigured,
  GrantInvalid,
  type ProviderRefresh,
  type ProviderTokens,
} from '@cutover/external-auth';
import { type UserRecord, UserRepository } from '@cutover/users';
import { SessionExpired } from './errors';
import { ProviderTokenStore, type StoredProviderTokens } from './provider-token-store';
import { SessionStore } from './session-store';
import { type TokenOwner, VaultError } from './vault/token-vault';

/** The provider's half of an external session: a fresh access token when one is asked for, and its end. */
@Injectable()
export class ProviderSession {
  private readonly logger = new Logger(ProviderSession.name);
  private readonly refreshing = new Map<string, Promise<ProviderTokens>>();
  /** Milliseconds. */
  private readonly buffer: number;

  constructor(
    private readonly client: ExternalAuthClient,
    private readonly tokens: ProviderTokenStore,
    private readonly sessions: SessionStore,
    private readonly users: UserRepository,
    settings: SettingsService,
  ) {
    this.buffer = settings.get('session', { infer: true }).tokenRefreshBuffer * 1000;
  }

  /**
   * The stored access token while it lasts, else a refreshed one (RFC 6749 section 6).
   *
   * @throws SessionExpired when the provider no longer honours the session, which also ends it here
   * @throws ExternalUnavailable when the provider cannot be asked and the stored token has run out
   */
  async freshTokens(owner: TokenOwner, user: UserRecord): Promise<ProviderTokens> {
    return this.singleFlight(owner.sessionId, async () => {
      // Read inside the flight: whoever waited for another request finds what that one stored.
      const stored = await this.stored(owner);
      return this.isFresh(stored) ? stored : this.refresh(owner, user, stored);
    });
  }

  /** With tokens that live shorter than twice the buffer, the buffer is half their life. */
  private isFresh({ obtainedAt, accessTokenExpiresAt }: StoredProviderTokens): boolean {
    const buffer = Math.min(this.buffer, (accessTokenExpiresAt - obtainedAt) / 2);
    return accessTokenExpiresAt - Date.now() > buffer;
  }

  /** Tells the provider that nobody needs this grant any more; nobody waits for its answer. */
  forget(sessionId: string, refreshToken: string | null): void {
    if (refreshToken === null) return;
    this.client.signOut(refreshToken).catch((error: unknown) => {
      this.logger.warn({ sessionId, err: error }, 'the provider was not told of the sign-out');
    });
  }

  private async refresh(
    owner: TokenOwner,
    user: UserRecord,
    stored: StoredProviderTokens,
  ): Promise<ProviderTokens> {
    if (stored.refreshToken === null)
      return this.untilItExpires(owner, stored, 'no refresh token was issued');
    let answer: ProviderRefresh;
    try {
      answer = await this.client.refresh(stored.refreshToken);
    } catch (error) {
      if (error instanceof GrantInvalid) return this.afterInvalidGrant(owner, stored, error);
      if (!isUsable(stored)) throw error;
      this.logger.warn(
        { sessionId: owner.sessionId, err: error },
        'not refreshed; the token at hand still serves',
      );
      return stored;
    }
    return this.keep(owner, user, stored, answer);
  }

  private async keep(
    owner: TokenOwner,
    user: UserRecord,
    stored: StoredProviderTokens,
    { tokens, identity }: ProviderRefresh,
  ): Promise<ProviderTokens> {
    if (identity && identity.objectId !== user.externalUserId) {
      this.forget(owner.sessionId, tokens.refreshToken);
      throw new ExternalMisconfigured({
        operation: 'refresh',
        reason: 'the refreshed tokens are of another person',
      });
    }
    const renewed = { ...tokens, idToken: tokens.idToken ?? stored.idToken };
    if (await this.tokens.replace(owner, renewed, stored.version)) {
      await this.users.recordTokenRefresh(user.id, new Date());
      return renewed;
    }
    const newer = await this.tokens.find(owner);
    if (newer) return newer;
    // The session ended while the provider answered: what it handed out is nobody's.
    this.forget(owner.sessionId, renewed.refreshToken);
    throw new SessionExpired();
  }

  private async untilItExpires(owner: TokenOwner, stored: StoredProviderTokens, cause: string) {
    return isUsable(stored) ? stored : this.expire(owner, cause);
  }

  /** Losing a race is no failure: another process may have spent the token and stored its successor. */
  private async afterInvalidGrant(owner: TokenOwner, tried: StoredProviderTokens, error: GrantInvalid) {
    const stored = await this.tokens.find(owner);
    if (stored && stored.version !== tried.version) return stored;
    return this.expire(owner, error);
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

  /** Parallel tabs meet in one refresh: a refresh token is spent once. */
  private singleFlight(sessionId: string, refresh: () => Promise<ProviderTokens>): Promise<ProviderTokens> {
    const running = this.refreshing.get(sessionId);
    if (running) return running;
    const started = refresh().finally(() => this.refreshing.delete(sessionId));
    this.refreshing.set(sessionId, started);
    return started;
  }
}

const isUsable = ({ accessTokenExpiresAt }: StoredProviderTokens) => accessTokenExpiresAt > Date.now();
