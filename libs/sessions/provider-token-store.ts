import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { ProviderTokens } from '@cutover/external-auth';
import type { ProviderTokenEntity } from './entities/provider-token.entity';
import { type TokenOwner, TokenVault } from './vault/token-vault';

export interface StoredProviderTokens extends ProviderTokens {
  /** Epoch milliseconds. */
  obtainedAt: number;
  version: number;
}

/** The provider's tokens of a session: sealed on the way in, opened on the way out. */
@Injectable()
export class ProviderTokenStore {
  constructor(
    private readonly database: Database,
    private readonly vault: TokenVault,
  ) {}

  async insert(owner: TokenOwner, tokens: ProviderTokens): Promise<void> {
    const sealed = this.seal(owner, tokens);
    await this.database.execute(
      `INSERT INTO cutover_provider_tokens (session_id, access_token, refresh_token, id_token, obtained_at, access_token_expires_at, version)
       VALUES (?, ?, ?, ?, ?, ?, 1)`,
      [
        owner.sessionId,
        sealed.accessToken,
        sealed.refreshToken,
        sealed.idToken,
        Date.now(),
        tokens.accessTokenExpiresAt,
      ],
    );
    await this.rememberBearer(owner.sessionId, tokens);
  }

  async find(owner: TokenOwner): Promise<StoredProviderTokens | null> {
    const [row] = await this.database.query<ProviderTokenEntity>(
      `SELECT access_token AS accessToken, refresh_token AS refreshToken, id_token AS idToken, obtained_at AS obtainedAt,
         access_token_expires_at AS accessTokenExpiresAt, version FROM cutover_provider_tokens WHERE session_id = ?`,
      [owner.sessionId],
    );
    if (!row) return null;
    return {
      accessToken: this.vault.open(row.accessToken, 'access', owner),
      refreshToken: row.refreshToken === null ? null : this.vault.open(row.refreshToken, 'refresh', owner),
      idToken: row.idToken === null ? null : this.vault.open(row.idToken, 'id', owner),
      obtainedAt: row.obtainedAt,
      accessTokenExpiresAt: row.accessTokenExpiresAt,
      version: row.version,
    };
  }

  /**
   * Removes a session's tokens, for its end.
   *
   * @returns the refresh token that was there at that moment; `null` where there was none, or none that opens
   */
  async takeRefreshToken(owner: TokenOwner): Promise<string | null> {
    return this.database.transaction(async () => {
      const lock = this.database.engine === 'mysql' ? ' FOR UPDATE' : '';
      const [row] = await this.database.query<{ sealed: string | null }>(
        `SELECT refresh_token AS sealed FROM cutover_provider_tokens WHERE session_id = ?${lock}`,
        [owner.sessionId],
      );
      await this.database.execute(`DELETE FROM cutover_provider_tokens WHERE session_id = ?`, [
        owner.sessionId,
      ]);
      return row?.sealed ? this.openOrNull(row.sealed, owner) : null;
    });
  }

  /** @returns false when another process stored newer tokens first; theirs stand. */
  replace(owner: TokenOwner, tokens: ProviderTokens, replacedVersion: number): Promise<boolean> {
    const sealed = this.seal(owner, tokens);
    return this.database.transaction(async () => {
      const { affected } = await this.database.execute(
        `UPDATE cutover_provider_tokens SET access_token = ?, refresh_token = ?, id_token = ?, obtained_at = ?, access_token_expires_at = ?, version = version + 1
         WHERE session_id = ? AND version = ?`,
        [
          sealed.accessToken,
          sealed.refreshToken,
          sealed.idToken,
          Date.now(),
          tokens.accessTokenExpiresAt,
          owner.sessionId,
          replacedVersion,
        ],
      );
      if (affected === 1) await this.rememberBearer(owner.sessionId, tokens);
      return affected === 1;
    });
  }

  private async rememberBearer(sessionId: string, tokens: ProviderTokens): Promise<void> {
    const hash = bearerHash(tokens.accessToken);
    // A provider may hand out the same access token twice while it is fresh.
    await this.database.execute(
      `DELETE FROM cutover_session_bearers WHERE token_hash = ? AND session_id = ?`,
      [hash, sessionId],
    );
    await this.database.execute(
      `INSERT INTO cutover_session_bearers (token_hash, session_id, expires_at) VALUES (?, ?, ?)`,
      [hash, sessionId, tokens.accessTokenExpiresAt],
    );
  }

  private openOrNull(sealed: string, owner: TokenOwner): string | null {
    try {
      return this.vault.open(sealed, 'refresh', owner);
    } catch {
      return null; // whoever ends a session need not be able to read it
    }
  }

  private seal(owner: TokenOwner, tokens: ProviderTokens) {
    return {
      accessToken: this.vault.seal(tokens.accessToken, 'access', owner),
      refreshToken: tokens.refreshToken && this.vault.seal(tokens.refreshToken, 'refresh', owner),
      idToken: tokens.idToken && this.vault.seal(tokens.idToken, 'id', owner),
    };
  }
}

export const bearerHash = (token: string) => createHash('sha256').update(token).digest('base64url');
