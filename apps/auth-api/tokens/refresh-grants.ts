import { randomBytes } from 'node:crypto';

interface Family {
  oid: string;
  ended: boolean;
  /** `uti` of every access token that came from it. */
  accessTokens: Set<string>;
}

interface RefreshToken {
  family: Family;
  used: boolean;
}

export type Redeemed = { outcome: 'ok'; grant: Grant } | { outcome: 'dead' };

/** One sign-in: a family of refresh tokens, each replaced by the next (RFC 9700 section 4.14.2). */
export class Grant {
  constructor(
    private readonly grants: RefreshGrants,
    private readonly family: Family,
  ) {}

  get oid(): string {
    return this.family.oid;
  }

  nextRefreshToken(): string {
    return this.grants.issue(this.family);
  }

  remember(uti: string): void {
    this.family.accessTokens.add(uti);
  }
}

/** Every refresh token that was issued since the start, in memory. */
export class RefreshGrants {
  private readonly tokens = new Map<string, RefreshToken>();
  private readonly endedAccessTokens = new Set<string>();
  /** Refresh tokens that were presented after their use. */
  replays = 0;

  open(oid: string): Grant {
    return new Grant(this, { oid, ended: false, accessTokens: new Set() });
  }

  issue(family: Family): string {
    const token = `1.${randomBytes(48).toString('base64url')}`;
    this.tokens.set(token, { family, used: false });
    return token;
  }

  /** The object id of whom a live refresh token was issued to; looking does not use it up. */
  ownerOf(token: string): string | null {
    const known = this.tokens.get(token);
    return known && !known.family.ended ? known.family.oid : null;
  }

  /**
   * @param allowReplay Entra lets a refresh token be used again; by default its second use ends the family.
   */
  redeem(token: string, allowReplay: boolean): Redeemed {
    const known = this.tokens.get(token);
    if (known?.used) this.replays += 1;
    if (!known || known.family.ended) return { outcome: 'dead' };
    if (known.used && !allowReplay) {
      this.end(known.family);
      return { outcome: 'dead' };
    }
    known.used = true;
    return { outcome: 'ok', grant: new Grant(this, known.family) };
  }

  /** Ends the family that a refresh token belongs to; an unknown token changes nothing (RFC 7009 section 2.2). */
  revoke(token: string): void {
    const known = this.tokens.get(token);
    if (known) this.end(known.family);
  }

  isEnded(uti: unknown): boolean {
    return typeof uti === 'string' && this.endedAccessTokens.has(uti);
  }

  private end(family: Family): void {
    family.ended = true;
    for (const uti of family.accessTokens) this.endedAccessTokens.add(uti);
  }
}
