import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { TokenInvalid } from '@cutover/contracts';
import { ProviderTokenVerifier } from '@cutover/external-auth';
import {
  type AuthenticatedUser,
  type LiveSession,
  LocalAccessTokens,
  SessionService,
  toUser,
} from '@cutover/sessions';
import { decodeJwt, decodeProtectedHeader } from 'jose';

/** Who a bearer token stands for, whichever side issued it (RFC 6750, RFC 8725). */
@Injectable()
export class BearerAuthentication {
  constructor(
    private readonly localTokens: LocalAccessTokens,
    private readonly providerTokens: ProviderTokenVerifier,
    private readonly sessions: SessionService,
    private readonly settings: SettingsService,
  ) {}

  /** @throws TokenInvalid, SessionExpired, and ExternalUnavailable when the provider's keys cannot be had */
  async authenticate(token: string): Promise<AuthenticatedUser> {
    const { row, user } = await this.sessionOf(token);
    return { ...toUser(user, row.authMode), sessionId: row.id };
  }

  private async sessionOf(token: string): Promise<LiveSession> {
    switch (this.issuerOf(token)) {
      case 'local': {
        const { userId, sessionId } = await this.localTokens.verify(token);
        return held(await this.sessions.liveById(sessionId), ({ user }) => user.id === userId);
      }
      case 'provider': {
        const { objectId } = await this.providerTokens.verify(token);
        return held(await this.sessions.liveByBearer(token), ({ user }) => user.externalUserId === objectId);
      }
    }
  }

  /** Decided from what the token claims before any key is touched; each issuer then insists on its own algorithm. */
  private issuerOf(token: string): 'local' | 'provider' {
    const { iss, alg } = claimed(token);
    if (iss === this.localTokens.issuer && alg === 'HS256') return 'local';
    const issuers = this.settings.get('externalAuth', { infer: true })?.issuers ?? [];
    if (iss !== undefined && issuers.includes(iss) && alg === 'RS256') return 'provider';
    throw new TokenInvalid();
  }
}

function claimed(token: string): { iss: string | undefined; alg: string | undefined } {
  if (!token.split('.').every(isCanonicalBase64url)) throw new TokenInvalid();
  try {
    return { iss: decodeJwt(token).iss, alg: decodeProtectedHeader(token).alg };
  } catch {
    throw new TokenInvalid();
  }
}

/** Two spellings of one token would have two hashes, and a revoked one could live on under the other. */
const isCanonicalBase64url = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;

function held(session: LiveSession, byItsOwner: (session: LiveSession) => boolean): LiveSession {
  if (!byItsOwner(session)) throw new TokenInvalid();
  return session;
}
