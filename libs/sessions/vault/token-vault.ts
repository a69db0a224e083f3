import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EncryptionKey, SettingsService } from '@cutover/config';

export type TokenKind = 'access' | 'refresh' | 'id';

/** Whose token it is; authenticated with the ciphertext, so that one moved to another row does not open. */
export interface TokenOwner {
  userId: number;
  sessionId: string;
}

const ALGORITHM = 'aes-256-gcm';
/** Bytes; random, which NIST SP 800-38D section 8.3 allows for up to 2^32 messages under one key. */
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** Seals the provider's tokens for the database (AES-256-GCM under `TOKEN_ENCRYPTION_KEYS`). */
@Injectable()
export class TokenVault {
  private readonly keys: EncryptionKey[];

  constructor(settings: SettingsService) {
    this.keys = settings.get('secrets', { infer: true }).tokenEncryptionKeys;
  }

  /** `kid:nonce:ciphertext+tag`, base64url, under the first key. */
  seal(token: string, kind: TokenKind, owner: TokenOwner): string {
    const [{ kid, key }] = this.keys as [EncryptionKey];
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH }).setAAD(
      associatedData(kid, kind, owner),
    );
    const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${kid}:${nonce.toString('base64url')}:${sealed.toString('base64url')}`;
  }

  /**
   * @throws VaultError when no key of that name is configured, or when the text was altered, moved to another row
   * or sealed under another key.
   */
  open(sealed: string, kind: TokenKind, owner: TokenOwner): string {
    const [kid = '', nonce = '', body = ''] = sealed.split(':');
    const key = this.keys.find((candidate) => candidate.kid === kid)?.key;
    if (!key) throw new VaultError(`no key named ${JSON.stringify(kid)} in TOKEN_ENCRYPTION_KEYS`);
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

/** A sealed token cannot be opened. The message names the row, never the content. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

const associatedData = (kid: string, kind: TokenKind, { userId, sessionId }: TokenOwner) =>
  Buffer.from(JSON.stringify(['cutover provider token', kid, kind, userId, sessionId]));
