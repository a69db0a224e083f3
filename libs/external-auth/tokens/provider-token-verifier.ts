import { Injectable } from '@nestjs/common';
import { SettingsService, type ExternalAuthSettings } from '@cutover/config';
import { ProblemError, TokenInvalid } from '@cutover/contracts';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import { ExternalMisconfigured } from '../errors';
import { isCanonicalJwt } from './canonical-jwt';
import { ProviderKeys } from './provider-keys';

/** Seconds that clocks may differ. */
const CLOCK_TOLERANCE = 60;

/** Claims of a token whose signature, issuer, audience, tenant and times were verified. */
export interface VerifiedClaims extends JWTPayload {
  /** Entra object id. */
  oid: string;
  exp: number;
}

/** Verifies the provider's tokens: RS256 and nothing else, claims by RFC 8725 and RFC 7519. */
@Injectable()
export class ProviderTokenVerifier {
  constructor(
    private readonly settings: SettingsService,
    private readonly keys: ProviderKeys,
  ) {}

  /**
   * A bearer's access token.
   * @returns `expiresAt` in epoch milliseconds
   * @throws TokenInvalid
   * @throws ExternalUnavailable, ExternalMisconfigured when its key could not be had
   */
  async verify(accessToken: string): Promise<{ objectId: string; expiresAt: number }> {
    const { oid, exp } = await this.accessTokenClaims(accessToken, this.keys.find);
    return { objectId: oid, expiresAt: exp * 1000 };
  }

  /**
   * An access token that the provider has just issued.
   * @throws as {@link verify}
   */
  verifyIssued(accessToken: string): Promise<VerifiedClaims> {
    return this.accessTokenClaims(accessToken, this.keys.findIssued);
  }

  /**
   * An ID token that the provider has just issued.
   * @throws as {@link verify}
   */
  verifyIdToken(idToken: string): Promise<VerifiedClaims> {
    const { audiences, clientId } = this.required();
    const audience = clientId === null ? audiences : [clientId, ...audiences];
    return this.claims(idToken, this.keys.findIssued, { audience, requiredClaims: ['exp'] });
  }

  private async accessTokenClaims(token: string, key: JWTVerifyGetKey): Promise<VerifiedClaims> {
    const audience = this.required().audiences;
    const claims = await this.claims(token, key, { audience, requiredClaims: ['exp', 'nbf'] });
    // A token that an application got for itself stands for no person (Microsoft's access token claims, `idtyp`).
    if (claims['idtyp'] === 'app') throw new TokenInvalid({ cause: { claim: 'idtyp' } });
    return claims;
  }

  private async claims(
    token: string,
    key: JWTVerifyGetKey,
    expected: JWTVerifyOptions,
  ): Promise<VerifiedClaims> {
    const { issuers, tenantId } = this.required();
    if (!isCanonicalJwt(token)) throw new TokenInvalid({ cause: { reason: 'no canonical JWT' } });
    const { payload } = await jwtVerify(token, key, {
      ...expected,
      algorithms: ['RS256'],
      issuer: issuers,
      clockTolerance: CLOCK_TOLERANCE,
    }).catch(rethrow);
    const { tid, oid } = payload as { tid?: unknown; oid?: unknown };
    if (String(tid).toLowerCase() !== tenantId?.toLowerCase())
      throw new TokenInvalid({ cause: { claim: 'tid' } });
    if (typeof oid !== 'string' || oid === '') throw new TokenInvalid({ cause: { claim: 'oid' } });
    return payload as VerifiedClaims;
  }

  private required(): ExternalAuthSettings {
    const settings = this.settings.get('externalAuth', { infer: true });
    if (!settings) throw new TokenInvalid({ cause: { reason: 'EXTERNAL_AUTH_* is not set' } });
    return settings;
  }
}

/** jose's errors carry the token's claims, which are somebody's name: only their code is kept. */
function rethrow(error: unknown): never {
  if (error instanceof ProblemError) throw error;
  const code = error instanceof errors.JOSEError ? error.code : 'UNKNOWN';
  if (code === 'UNKNOWN' || error instanceof errors.JWKSInvalid || error instanceof errors.JWKInvalid) {
    throw new ExternalMisconfigured({ operation: 'jwks', reason: 'keys cannot be used', code });
  }
  const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined;
  throw new TokenInvalid({ cause: { code, claim } });
}
