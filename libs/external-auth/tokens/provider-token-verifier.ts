import { Injectable } from '@nestjs/common';
import { SettingsService, type ExternalAuthSettings } from '@cutover/config';
import { ProblemError, TokenInvalid } from '@cutover/contracts';
import {
  type CryptoKey,
  errors,
  jwtVerify,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { ExternalMisconfigured } from '../errors';
import { isCanonicalJwt } from './canonical-jwt';
import { wrongClaim } from './claim-types';
import { thumbprintOf } from './key-set';
import { ProviderKeys } from './provider-keys';

/** Seconds that clocks may differ. */
const CLOCK_TOLERANCE = 60;

/** Header parameters by which a token would bring its own key, or say where to fetch it (RFC 8725 section 3.10). */
const KEY_REFERENCES = ['jwk', 'jku', 'x5u'] as const;

/** Claims of a token whose signature, issuer, audience, tenant and times were verified. */
export interface VerifiedClaims extends JWTPayload {
  /** Entra object id. */
  oid: string;
  /** Entra tenant id. */
  tid: string;
  exp: number;
}

/** What is worth keeping of a verified access token. */
export interface VerifiedAccessToken {
  objectId: string;
  /** Epoch milliseconds; `nbf`, which Entra sets to when it issued the token or a few minutes before. */
  issuedAt: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Thumbprint of the key: the verification ends with it, {@link ProviderTokenVerifier.stands}. */
  key: string;
}

interface Verified {
  claims: VerifiedClaims;
  key: CryptoKey;
}

/** Verifies the provider's tokens: RS256 and nothing else, claims by RFC 8725 and RFC 7519. */
@Injectable()
export class ProviderTokenVerifier {
  constructor(
    private readonly settings: SettingsService,
    private readonly keys: ProviderKeys,
  ) {}

  /**
   * An access token that a live session holds.
   *
   * @throws TokenInvalid
   * @throws ExternalUnavailable, ExternalMisconfigured when its key could not be had
   */
  async verify(accessToken: string): Promise<VerifiedAccessToken> {
    return kept(await this.accessToken(accessToken, this.keys.findHeld));
  }

  /**
   * An access token that anyone may present: one for our audience, which another application of the organisation
   * obtained for a person. It carries the delegated permissions (`scp`) that only such a token has.
   *
   * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
   * @throws as {@link verify}
   */
  async verifyForeign(accessToken: string): Promise<VerifiedAccessToken> {
    const verified = await this.accessToken(accessToken, this.keys.find);
    const { scp, azp, appid } = verified.claims;
    if (typeof scp !== 'string' || scp.trim() === '') throw new TokenInvalid({ cause: { claim: 'scp' } });
    const client = azp ?? appid; // v2 and v1 of the same
    if (typeof client !== 'string' || !this.required().allowedClients.includes(client))
      throw new TokenInvalid({ cause: { claim: 'azp' } });
    return kept(verified);
  }

  /** Whether a verification still counts: the provider has not withdrawn the key. */
  stands({ key }: Pick<VerifiedAccessToken, 'key'>): boolean {
    return this.keys.lists(key);
  }

  /**
   * An access token that the provider has just issued.
   * @throws as {@link verify}
   */
  async verifyIssued(accessToken: string): Promise<VerifiedClaims> {
    return (await this.accessToken(accessToken, this.keys.findIssued)).claims;
  }

  /**
   * An ID token that the provider has just issued: for our client id (OIDC Core section 3.1.3.7). Beside an access token
   * that says who it is too, one for an accepted audience will do.
   *
   * @throws as {@link verify}
   */
  async verifyIdToken(idToken: string): Promise<VerifiedClaims> {
    const { audiences, clientId, bearer } = this.required();
    const alone = bearer === 'session' && clientId !== null;
    const audience = [clientId, ...(alone ? [] : audiences)].filter((one) => one !== null);
    const expected = { audience, requiredClaims: ['exp'] };
    return (await this.verified(idToken, this.keys.findIssued, expected)).claims;
  }

  private async accessToken(token: string, key: JWTVerifyGetKey): Promise<Verified> {
    const audience = this.required().audiences;
    const verified = await this.verified(token, key, { audience, requiredClaims: ['exp', 'nbf'] });
    // A token that an application got for itself stands for no person (Microsoft's access token claims, `idtyp`).
    if (verified.claims['idtyp'] === 'app') throw new TokenInvalid({ cause: { claim: 'idtyp' } });
    return verified;
  }

  private async verified(token: string, key: JWTVerifyGetKey, expected: JWTVerifyOptions): Promise<Verified> {
    const { issuers, tenantId } = this.required();
    if (!isCanonicalJwt(token)) throw new TokenInvalid({ cause: { reason: 'no canonical JWT' } });
    const verification = await jwtVerify(token, trusting(key), {
      ...expected,
      algorithms: ['RS256'],
      issuer: issuers,
      clockTolerance: CLOCK_TOLERANCE,
    }).catch(rethrow);
    const claim = wrongClaim(verification.payload);
    if (claim !== null) throw new TokenInvalid({ cause: { claim } });
    const claims = verification.payload as VerifiedClaims;
    if (tenantId === null || claims.tid.toLowerCase() !== tenantId.toLowerCase())
      throw new TokenInvalid({ cause: { claim: 'tid' } });
    return { claims, key: verification.key as CryptoKey };
  }

  private required(): ExternalAuthSettings {
    const settings = this.settings.get('externalAuth', { infer: true });
    if (!settings) throw new TokenInvalid({ cause: { reason: 'EXTERNAL_AUTH_* is not set' } });
    return settings;
  }
}

async function kept({ claims, key }: Verified): Promise<VerifiedAccessToken> {
  const { oid: objectId, nbf, exp } = claims;
  return { objectId, issuedAt: (nbf ?? 0) * 1000, expiresAt: exp * 1000, key: await thumbprintOf(key) };
}

/** No key is looked for on behalf of a token that points at one of its own: nobody honest sends that. */
const trusting =
  (key: JWTVerifyGetKey): JWTVerifyGetKey =>
  (header, token) => {
    const reference = KEY_REFERENCES.find((name) => (header as JWTHeaderParameters)[name] !== undefined);
    if (reference) throw new TokenInvalid({ cause: { header: reference } });
    return key(header, token);
  };

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
