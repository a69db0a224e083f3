import { Injectable } from '@nestjs/common';
import { ProviderTokenVerifier, type VerifiedAccessToken } from '@cutover/external-auth';
import { BoundedCache, type LocalClaims } from '@cutover/sessions';

/** What a signature has proved. Whether the session behind it still lives is another question, asked every time. */
export type VerifiedToken =
  | ({ kind: 'local' } & LocalClaims)
  /** The provider's, held by a session. */
  | ({ kind: 'provider'; sessionId: string } & VerifiedAccessToken)
  /** The provider's, obtained by another application. */
  | ({ kind: 'foreign' } & VerifiedAccessToken);

/** Tokens; about 300 bytes each. */
const CAPACITY = 50_000;

/**
 * Verifications that need not be made again: until the token's `exp`, and no longer than its key is one. By the token's
 * SHA-256, so that no token lies in memory for longer than its request.
 */
@Injectable()
export class VerifiedTokens {
  private readonly kept = new BoundedCache<string, VerifiedToken>(CAPACITY);
  private readonly underWay = new Map<string, Promise<VerifiedToken>>();

  constructor(private readonly provider: ProviderTokenVerifier) {}

  get(hash: string): VerifiedToken | undefined {
    const verified = this.kept.get(hash);
    if (!verified || this.stands(verified)) return verified;
    this.kept.delete(hash);
    return undefined;
  }

  /** Verifies a token once for all requests that come with it, and keeps what it proved. */
  async once(hash: string, verify: () => Promise<VerifiedToken>): Promise<VerifiedToken> {
    const underWay = this.underWay.get(hash);
    if (underWay) return underWay;
    const verification = verify().finally(() => this.underWay.delete(hash));
    this.underWay.set(hash, verification);
    const verified = await verification;
    this.kept.set(hash, verified);
    return verified;
  }

  delete(hash: string): void {
    this.kept.delete(hash);
  }

  private stands(verified: VerifiedToken): boolean {
    if (verified.expiresAt <= Date.now()) return false;
    return verified.kind === 'local' || this.provider.stands(verified);
  }
}
