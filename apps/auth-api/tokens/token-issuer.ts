import { createHash, randomBytes } from 'node:crypto';
import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Person } from '../people/person';
import type { SigningKeys } from './signing-keys';

export const CLIENT_ID = 'cutover-portal';
export const AUDIENCE = 'api://cutover';
const OTHER_TENANT_ID = '0f0f0f0f-0000-4000-8000-0000000000ff';
const OTHER_AUDIENCE = 'api://another-application';

export interface TokenVariant {
  tenant: 'own' | 'other';
  audience: 'own' | 'other';
}

export interface IssuedToken {
  jwt: string;
  /** Unique token identifier, Entra's `jti`. */
  uti: string;
}

/** Signs tokens that look like Entra ID's v2 tokens (Microsoft's "access token claims reference"). */
export class TokenIssuer {
  constructor(
    private readonly keys: SigningKeys,
    /** Origin that the stand-in is reached at; part of `iss`. */
    private readonly baseUrl: () => string,
    /** Seconds. */
    readonly lifetime: number,
  ) {}

  issuer(tenantId: string = STAND_IN_TENANT_ID): string {
    return `${this.baseUrl()}/${tenantId}/v2.0`;
  }

  accessToken(person: Person, variant: TokenVariant): Promise<IssuedToken> {
    return this.sign(person, variant, AUDIENCE, { azp: CLIENT_ID, azpacr: '0', scp: 'access_as_user' });
  }

  async idToken(person: Person, variant: TokenVariant): Promise<string> {
    const email = person.email === null ? {} : { email: person.email };
    return (await this.sign(person, variant, CLIENT_ID, email)).jwt;
  }

  /** @returns the claims, or null where the token is not one that this stand-in takes from a bearer. */
  async verifyAccessToken(jwt: string): Promise<JWTPayload | null> {
    try {
      const { payload } = await jwtVerify(jwt, ({ kid }) => this.publicKey(kid), {
        algorithms: ['RS256'],
        issuer: this.issuer(),
        audience: AUDIENCE,
      });
      return payload;
    } catch {
      return null;
    }
  }

  private publicKey(kid: string | undefined) {
    const key = this.keys.find(kid);
    if (!key) throw new Error('no such key');
    return key.publicKey;
  }

  private async sign(
    person: Person,
    variant: TokenVariant,
    audience: string,
    claims: JWTPayload,
  ): Promise<IssuedToken> {
    const tid = variant.tenant === 'own' ? STAND_IN_TENANT_ID : OTHER_TENANT_ID;
    const now = Math.floor(Date.now() / 1000);
    const uti = randomBytes(16).toString('base64url');
    const key = this.keys.current;
    const jwt = await new SignJWT({
      ...claims,
      tid,
      oid: person.oid,
      sub: pairwiseSubject(person.oid),
      name: person.name,
      preferred_username: person.userPrincipalName,
      ver: '2.0',
      uti,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
      .setIssuer(this.issuer(tid))
      .setAudience(variant.audience === 'own' ? audience : OTHER_AUDIENCE)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + this.lifetime)
      .sign(key.privateKey);
    return { jwt, uti };
  }
}

/** `sub` differs per client in Entra (OIDC Core section 8.1), which is why nobody may use it as a key. */
const pairwiseSubject = (oid: string) =>
  createHash('sha256').update(`${CLIENT_ID} ${oid}`).digest('base64url');
