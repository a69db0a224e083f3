import { calculateJwkThumbprint, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  publicJwk: JWK;
}

/** RS256 keys; the newest signs, all published ones verify. */
export class SigningKeys {
  private constructor(private keys: [SigningKey, ...SigningKey[]]) {}

  static async create(): Promise<SigningKeys> {
    return new SigningKeys([await generateSigningKey()]);
  }

  get current(): SigningKey {
    return this.keys[0];
  }

  find(kid: string | undefined): SigningKey | null {
    return this.keys.find((key) => key.kid === kid) ?? null;
  }

  /** The JWK Set (RFC 7517 section 5). */
  published(): { keys: JWK[] } {
    return { keys: this.keys.map(({ publicJwk }) => publicJwk) };
  }

  /** Signs with a new key from now on. `forgetOld` withdraws the former ones, as after a compromise. */
  async rotate(forgetOld: boolean): Promise<void> {
    const next = await generateSigningKey();
    this.keys = forgetOld ? [next] : [next, ...this.keys];
  }
}

async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicKey, publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' } };
}
