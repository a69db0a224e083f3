import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import type { JsonObject } from './answer/json-object';
import { readUserInfo, type ProviderUser } from './answer/provider-user';
import { AnswerNotUnderstood, readTokenAnswer, type TokenAnswer } from './answer/token-answer';
import { ExternalMisconfigured, GrantInvalid } from './errors';
import { ProviderApi } from './provider-api';
import { requiredSettings } from './required-settings';
import { IdentityReader, type ProviderIdentity, type VerifiedAnswer } from './tokens/identity-reader';
import { Introspection } from './tokens/introspection';
import type { Operation } from './upstream-failure';

export interface ProviderTokens {
  accessToken: string;
  /** Epoch milliseconds. */
  accessTokenExpiresAt: number;
  refreshToken: string | null;
  idToken: string | null;
}

export interface ProviderSignIn {
  tokens: ProviderTokens;
  identity: ProviderIdentity;
}

/** What a refresh token was traded for. It is spent, whatever can be said of the rest. */
export type ProviderRefresh =
  | {
      verified: true;
      tokens: ProviderTokens & { refreshToken: string };
      /** `null` where the answer does not say: an ID token is optional here (OIDC Core section 12.2). */
      identity: ProviderIdentity | null;
    }
  /** The access token could not be verified; `refreshToken` is the grant's from now on and must not be lost. */
  | { verified: false; refreshToken: string; failure: ProblemError };

/** Seconds that an access token is taken to last where neither the answer nor the token says it. */
const UNSTATED_LIFETIME = 900;
/** Seconds, whatever the answer says: what lives longer is looked at again in a day. */
const LONGEST_LIFETIME = 86_400;

/** The external authentication API, in our words. Every failure is one of `errors.ts`. */
@Injectable()
export class ExternalAuthClient {
  private readonly logger = new Logger(ExternalAuthClient.name);

  constructor(
    private readonly settings: SettingsService,
    private readonly api: ProviderApi,
    private readonly identities: IdentityReader,
    private readonly introspection: Introspection,
  ) {}

  /**
   * Has the external side check a password.
   * @param username as the external side knows it
   * @throws RefusedByProvider, ThrottledByProvider, ExternalUnavailable, ExternalMisconfigured
   */
  async signIn(username: string, password: string): Promise<ProviderSignIn> {
    const answer = understood('login', await this.api.call('login', { body: { username, password } }));
    await this.introspection.assertActive('login', answer.accessToken);
    const verified = await this.identities.verify('login', answer);
    const user = this.identities.isTold(verified, answer.user)
      ? answer.user
      : await this.userInfo(answer.accessToken);
    const identity = this.identities.identity(verified, user);
    if (!identity) throw new ExternalMisconfigured({ operation: 'login', reason: 'nothing says who it is' });
    return { tokens: tokensOf(answer, verified), identity };
  }

  /**
   * New tokens for a refresh token (RFC 6749 section 6). Where the answer has no new refresh token, the old one
   * stays in use and is the one returned.
   * @throws GrantInvalid, ThrottledByProvider, ExternalUnavailable, ExternalMisconfigured; whether the token may be
   *   spent then is for `mayBeSpent` to say
   */
  async refresh(refreshToken: string): Promise<ProviderRefresh> {
    const answer = understood('refresh', await this.api.call('refresh', this.refreshCall(refreshToken)));
    const current = answer.refreshToken ?? refreshToken;
    try {
      await this.introspection.assertActive('refresh', answer.accessToken);
      const verified = await this.identities.verify('refresh', answer);
      return {
        verified: true,
        tokens: { ...tokensOf(answer, verified), refreshToken: current },
        identity: this.identities.identity(verified, answer.user),
      };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { verified: false, refreshToken: current, failure: error };
    }
  }

  /** Entra's token endpoint takes a form and wants to know the client (RFC 6749 sections 2.3.1 and 6). */
  private refreshCall(refreshToken: string) {
    const { urls, clientId, clientSecret } = requiredSettings(this.settings, 'refresh');
    if (urls.token === null) return { body: { refresh_token: refreshToken } };
    const body = {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      ...(clientId !== null && { client_id: clientId }),
      ...(clientSecret !== null && { client_secret: clientSecret }),
    };
    return { body, encoding: 'form' as const };
  }

  /** Ends the grant over there. One that is dead already is no error (RFC 7009 section 2.2). */
  async signOut(refreshToken: string): Promise<void> {
    try {
      await this.api.tell('logout', { body: { refresh_token: refreshToken } });
    } catch (error) {
      if (!(error instanceof GrantInvalid)) throw error;
    }
  }

  /** A call that fails costs a name, and the sign-in only where nothing else says who it is. */
  private async userInfo(bearer: string): Promise<ProviderUser | null> {
    try {
      return readUserInfo(await this.api.call('userInfo', { bearer }));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.logger.warn({ failure: error.cause }, 'signed in without user info, which could not be fetched');
      return null;
    }
  }
}

function understood(operation: Operation, json: JsonObject): TokenAnswer {
  try {
    return readTokenAnswer(json);
  } catch (error) {
    if (error instanceof AnswerNotUnderstood)
      throw new ExternalMisconfigured({ operation, reason: error.message });
    throw error;
  }
}

function tokensOf(answer: TokenAnswer, { accessClaims }: VerifiedAnswer): ProviderTokens {
  const now = Date.now();
  const stated = answer.expiresIn ?? (accessClaims ? LONGEST_LIFETIME : UNSTATED_LIFETIME);
  const byAnswer = now + Math.min(stated, LONGEST_LIFETIME) * 1000;
  const bySignature = accessClaims ? accessClaims.exp * 1000 : Infinity;
  return {
    accessToken: answer.accessToken,
    accessTokenExpiresAt: Math.min(byAnswer, bySignature), // after `exp` nobody takes it, whatever the answer says
    refreshToken: answer.refreshToken,
    idToken: answer.idToken,
  };
}
