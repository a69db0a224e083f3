import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { TokenInvalid } from '@cutover/contracts';
import { errors, jwtVerify, SignJWT } from 'jose';

export interface LocalClaims {
  userId: number;
  sessionId: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** Seconds. Short, because a refresh costs one cookie round trip and no password. */
const LIFETIME = 900;
/** Pinned: the issuer decides on the algorithm, never the token (RFC 8725 section 3.1). */
const ALGORITHM = 'HS256';
/** RFC 9068 section 2.1; keeps other JWTs signed with the same key from passing as access tokens (RFC 8725 section 3.11). */
const TYPE = 'at+jwt';

/**
 * Access tokens of our own: JWTs under `LOCAL_JWT_SECRET`, bound to one session. For local sign-ins, and for external ones
 * whose own access token stays on the server (`EXTERNAL_AUTH_BEARER=session`).
 */
@Injectable()
export class LocalAccessTokens {
  readonly issuer: string;
  private readonly keys: Uint8Array[];

  constructor(settings: SettingsService) {
    this.issuer = settings.get('http', { infer: true }).publicUrl;
    this.keys = settings
      .get('secrets', { infer: true })
      .localJwtSecrets.map((secret) => new TextEncoder().encode(secret));
  }

  /** @param sessionEnd epoch milliseconds; no token outlives its session, as far as that is known to last. */
  async sign(
    claims: Omit<LocalClaims, 'expiresAt'>,
    sessionEnd: number,
    now = Date.now(),
  ): Promise<{ token: string; expiresIn: number }> {
    const issuedAt = Math.floor(now / 1000);
    const expiresIn = Math.max(1, Math.min(LIFETIME, Math.floor((sessionEnd - now) / 1000)));
    const token = await new SignJWT({ sid: claims.sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(this.issuer)
      .setAudience(this.issuer)
      .setSubject(String(claims.userId))
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + expiresIn)
      .sign(this.keys[0] as Uint8Array);
    return { token, expiresIn };
  }

  /** @throws TokenInvalid */
  async verify(token: string): Promise<LocalClaims> {
    for (const key of this.keys) {
      try {
        const { payload } = await jwtVerify<{ sid: string }>(token, key, {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer: this.issuer,
          audience: this.issuer,
          requiredClaims: ['sub', 'sid', 'jti', 'exp', 'iat'],
        });
        return {
          userId: Number(payload.sub),
          sessionId: payload.sid,
          expiresAt: Number(payload.exp) * 1000,
        };
      } catch (error) {
        // Only a signature that does not match says that another of our keys may fit.
        if (!(error instanceof errors.JWSSignatureVerificationFailed))
          throw new TokenInvalid({ cause: error instanceof errors.JOSEError ? error.code : error });
      }
    }
    throw new TokenInvalid();
  }
}
