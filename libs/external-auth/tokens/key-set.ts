import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  type CryptoKey,
  errors,
  exportJWK,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';

/** What one successful fetch of the provider's keys brought. */
export class KeySet {
  private constructor(
    private readonly resolve: ReturnType<typeof createLocalJWKSet>,
    private readonly thumbprints: ReadonlySet<string>,
    /** Epoch milliseconds. */
    readonly fetchedAt: number,
  ) {}

  /** @throws JOSEError for what is no JWK Set, or holds no key: that is an accident, and no withdrawal of all keys */
  static async of(jwks: JSONWebKeySet, fetchedAt: number): Promise<KeySet> {
    const resolve = createLocalJWKSet(jwks);
    if (jwks.keys.length === 0) throw new errors.JWKSInvalid('the JWK Set is empty');
    // A key of a kind that has no thumbprint verifies nothing here.
    const thumbprints = await Promise.all(
      jwks.keys.map((jwk) => calculateJwkThumbprint(jwk).catch(() => '')),
    );
    return new KeySet(resolve, new Set(thumbprints), fetchedAt);
  }

  /** The key that a header names; `null` where there is none. @throws JOSEError where it cannot be used */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey | null> {
    try {
      return await this.resolve(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return null;
      throw error;
    }
  }

  lists(thumbprint: string): boolean {
    return this.thumbprints.has(thumbprint);
  }
}

/** A key's name by its numbers (RFC 7638): a `kid` could come back with others behind it. */
export const thumbprintOf = async (key: CryptoKey) => calculateJwkThumbprint(await exportJWK(key));
