import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EncryptionKey, SettingsService } from '@cutover/config';

export type TokenKind = 'access' | 'refresh' | 'id';

/** Whose token it is; authenticated with the ciphertext, so that one moved to another row does not open. */
export interface TokenOwner {
  userId: number;
  sessionId: string;
}

/** A session's tokens as the database holds them. */
export interface SealedTokens {
  accessToken: string;
  refreshToken: string | null;
  idToken: string | null;
}

/** The same in clear. */
type UnsealedTokens = SealedTokens;

const ALGORITHM = 'aes-256-gcm';
/** Bytes; random, which NIST SP 800-38D section 8.3 allows for up to 2^32 messages under one key. */
const NONCE_LENGTH = 12;
/** Nonces drawn at a time: asking the generator for each costs as much as the cipher. */
const NONCES = 256;
const TAG_LENGTH = 16;
/** As TOKEN_ENCRYPTION_KEYS takes them. */
const KID = /^[\w.-]{1,32}$/;

/** Seals the provider's tokens for the database (AES-256-GCM under `TOKEN_ENCRYPTION_KEYS`). */
@Injectable()
export class TokenVault {
  private readonly keys: EncryptionKey[];
  private readonly randomness = Buffer.alloc(NONCES * NONCE_LENGTH);
  private used = NONCES;

  constructor(settings: SettingsService) {
    this.keys = settings.get('secrets', { infer: true }).tokenEncryptionKeys;
  }

  /** The names of the configured keys, the one that seals first. */
  get kids(): string[] {
    return this.keys.map(({ kid }) => kid);
  }

  /** `kid:nonce:ciphertext+tag`, base64url, under the first key. */
  seal(token: string, kind: TokenKind, owner: TokenOwner): string {
    const [{ kid, key }] = this.keys as [EncryptionKey];
    const nonce = this.nonce();
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH }).setAAD(
      associatedData(kid, kind, owner),
    );
    const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${kid}:${nonce.toString('base64url')}:${sealed.toString('base64url')}`;
  }

  /** All tokens of one answer. */
  sealAll({ accessToken, refreshToken, idToken }: UnsealedTokens, owner: TokenOwner): SealedTokens {
    return {
      accessToken: this.seal(accessToken, 'access', owner),
      refreshToken: refreshToken && this.seal(refreshToken, 'refresh', owner),
      idToken: idToken && this.seal(idToken, 'id', owner),
    };
  }

  /** @throws VaultError as {@link open} */
  openAll({ accessToken, refreshToken, idToken }: SealedTokens, owner: TokenOwner): UnsealedTokens {
    return {
      accessToken: this.open(accessToken, 'access', owner),
      refreshToken: refreshToken === null ? null : this.open(refreshToken, 'refresh', owner),
      idToken: idToken === null ? null : this.open(idToken, 'id', owner),
    };
  }

  /** Good until the next one is drawn. */
  private nonce(): Buffer {
    if (this.used === NONCES) {
      randomFillSync(this.randomness);
      this.used = 0;
    }
    return this.randomness.subarray(this.used * NONCE_LENGTH, ++this.used * NONCE_LENGTH);
  }

  /** The same tokens under the first key. @throws VaultError as {@link open} */
  reseal(sealed: SealedTokens, owner: TokenOwner): SealedTokens {
    return this.sealAll(this.openAll(sealed, owner), owner);
  }

  /**
   * @throws VaultError when no key of that name is configured, or when the text was altered, moved to another row
   * or sealed under another key.
   */
  open(sealed: string, kind: TokenKind, owner: TokenOwner): string {
    const [kid = '', nonce = '', body = ''] = sealed.split(':');
    const key = this.keys.find((candidate) => candidate.kid === kid)?.key;
    if (!key) throw new VaultError(unknownKey(kid));
    try {
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_LENGTH,
      })
        .setAAD(associatedData(kid, kind, owner))
        .setAuthTag(bytes.subarray(-TAG_LENGTH));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_LENGTH)), decipher.final()]).toString(
        'utf8',
      );
    } catch {
      throw new VaultError(
        `the ${kind} token of session ${owner.sessionId} does not open: altered, moved or of another key`,
      );
    }
  }
}

/** What stands before the first colon names a key only if it looks like a name: it could be a token that nobody sealed. */
const unknownKey = (kid: string) =>
  KID.test(kid)
    ? `no key named "${kid}" in TOKEN_ENCRYPTION_KEYS`
    : 'what is stored is not a sealed token: it names no key';

/** A sealed token cannot be opened. The message names the row, never the content. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

const associatedData = (kid: string, kind: TokenKind, { userId, sessionId }: TokenOwner) =>
  Buffer.from(JSON.stringify(['cutover provider token', kid, kind, userId, sessionId]));
