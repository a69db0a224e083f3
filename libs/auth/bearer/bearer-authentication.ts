import { Injectable } from '@nestjs/common';
import { SettingsService, type ExternalAuthSettings } from '@cutover/config';
import { TokenInvalid } from '@cutover/contracts';
import { isCanonicalJwt, ProviderTokenVerifier, type VerifiedAccessToken } from '@cutover/external-auth';
import { type BearerKind, Metrics } from '@cutover/operations';
import { SignInRouting } from '@cutover/rollout';
import { type AuthenticatedUser, bearerHash, LocalAccessTokens, SessionUse, toUser } from '@cutover/sessions';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { type VerifiedToken, VerifiedTokens } from './verified-tokens';

interface Attempt {
  token: string;
  hash: string;
  /** As far as is known yet. */
  kind: BearerKind;
}

/** Who a bearer token stands for, whichever side issued it (RFC 6750, RFC 8725). */
@Injectable()
export class BearerAuthentication {
  constructor(
    private readonly localTokens: LocalAccessTokens,
    private readonly providerTokens: ProviderTokenVerifier,
    private readonly verified: VerifiedTokens,
    private readonly sessions: SessionUse,
    private readonly routing: SignInRouting,
    private readonly settings: SettingsService,
    private readonly metrics: Metrics,
  ) {}

  /**
   * A signature is checked once; whether the session lives, each time.
   *
   * @throws TokenInvalid, SessionExpired, SessionReused
   * @throws ServiceUnavailable where revocations cannot be read
   * @throws ExternalUnavailable, ExternalMisconfigured where the provider's keys cannot be had
   */
  async authenticate(token: string): Promise<AuthenticatedUser> {
    const attempt: Attempt = { token, hash: bearerHash(token), kind: 'foreign' };
    try {
      const known = this.verified.get(attempt.hash);
      const user = await this.admit(known ?? (await this.verify(attempt)), attempt);
      this.metrics.countBearer(attempt.kind, known ? 'cached' : 'verified');
      return user;
    } catch (error) {
      this.metrics.countBearer(attempt.kind, 'refused');
      throw error;
    }
  }

  private async verify(attempt: Attempt): Promise<VerifiedToken> {
    const { token, hash } = attempt;
    if (this.issuerOf(token) === 'local') {
      attempt.kind = 'local';
      return this.verified.once(hash, async () => ({
        kind: 'local',
        ...(await this.localTokens.verify(token)),
      }));
    }
    attempt.kind = 'provider';
    const holder = await this.sessions.byBearer(hash);
    if (!holder) {
      attempt.kind = 'foreign';
      return this.verifyForeign(token, hash);
    }
    // What never left the server was stolen there if it comes back.
    if (this.externalAuth()?.bearer !== 'access_token') throw new TokenInvalid();
    const sessionId = holder.session.id;
    return this.verified.once(hash, async () => ({
      kind: 'provider',
      sessionId,
      ...(await this.providerTokens.verify(token)),
    }));
  }

  private verifyForeign(token: string, hash: string): Promise<VerifiedToken> {
    if (!this.externalAuth()?.acceptBearer) throw new TokenInvalid();
    return this.verified.once(hash, async () => ({
      kind: 'foreign',
      ...(await this.providerTokens.verifyForeign(token)),
    }));
  }

  private admit(verified: VerifiedToken, attempt: Attempt): Promise<AuthenticatedUser> {
    attempt.kind = verified.kind;
    return verified.kind === 'foreign'
      ? this.admitForeign(verified, attempt)
      : this.admitSession(verified, attempt);
  }

  private async admitSession(
    verified: Exclude<VerifiedToken, { kind: 'foreign' }>,
    attempt: Attempt,
  ): Promise<AuthenticatedUser> {
    const { session, person } = await this.sessions.byId(verified.sessionId).catch((error: unknown) => {
      this.verified.delete(attempt.hash); // another session may hold the same token
      throw error;
    });
    const { authMode } = session;
    if (verified.kind === 'local' && authMode === 'external') attempt.kind = 'session';
    const isTheirs =
      verified.kind === 'local' ? person.id === verified.userId : person.externalUserId === verified.objectId;
    if (!isTheirs) throw new TokenInvalid();
    return { ...toUser(person, authMode), sessionId: session.id };
  }

  /** A token that a session holds, or held, is that session's and nothing else: signed out stays signed out. */
  private async admitForeign(
    { objectId, issuedAt }: VerifiedAccessToken,
    attempt: Attempt,
  ): Promise<AuthenticatedUser> {
    const { hash } = attempt;
    const [isHeld, person] = await Promise.all([
      this.sessions.isHeld(hash),
      this.sessions.linkedPerson(objectId, issuedAt),
    ]);
    if (isHeld) {
      this.verified.delete(hash);
      return this.admit(await this.verify(attempt), attempt);
    }
    // Each use of it is a sign-in without a session: it must be one that the switch and the rollout send there.
    if ((await this.routing.sideOf(person, 'usable')) !== 'external') throw new TokenInvalid();
    return { ...toUser(person, 'external'), sessionId: null };
  }

  /** Decided from what the token claims before any key is touched; each issuer then insists on its own algorithm. */
  private issuerOf(token: string): 'local' | 'provider' {
    const { iss, alg } = claimed(token);
    if (iss === this.localTokens.issuer && alg === 'HS256') return 'local';
    if (iss !== undefined && this.externalAuth()?.issuers.includes(iss) && alg === 'RS256') return 'provider';
    throw new TokenInvalid();
  }

  private externalAuth(): ExternalAuthSettings | null {
    return this.settings.get('externalAuth', { infer: true });
  }
}

/** Two spellings of one token would have two hashes, and a revoked one could live on under the other. */
function claimed(token: string): { iss: string | undefined; alg: string | undefined } {
  if (!isCanonicalJwt(token)) throw new TokenInvalid();
  try {
    return { iss: decodeJwt(token).iss, alg: decodeProtectedHeader(token).alg };
  } catch {
    throw new TokenInvalid();
  }
}
