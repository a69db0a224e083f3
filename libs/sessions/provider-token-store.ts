import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import type { ProviderTokens } from '@cutover/external-auth';
import { bearerRows } from './bearer-rows';
import type { ProviderTokenEntity } from './entities/provider-token.entity';
import { timeToRefresh } from './refresh/refresh-schedule';
import { placeholders } from './refresh/set-update';
import { type SealedTokens, type TokenOwner, TokenVault } from './vault/token-vault';

export interface StoredProviderTokens extends ProviderTokens {
  /** Epoch milliseconds. */
  obtainedAt: number;
  /** Counts writes. */
  version: number;
  /** An attempt to refresh them failed, or its answer was lost, and the time for the next one has not come. */
  resting: boolean;
}

/** A new session's tokens as they are written. */
export interface SealedProviderTokens extends SealedTokens {
  sessionId: string;
  /** Of the access token; see {@link bearerHash}. */
  bearerHash: string;
  /** Epoch milliseconds. */
  obtainedAt: number;
  accessTokenExpiresAt: number;
  /** Milliseconds from when they are written; `null` where they cannot be refreshed. */
  refreshDueIn: number | null;
}

/** The provider's tokens of a session: sealed on the way in, opened on the way out. */
@Injectable()
export class ProviderTokenStore {
  /** Milliseconds. */
  private readonly buffer: number;

  constructor(
    private readonly database: Database,
    private readonly vault: TokenVault,
    settings: SettingsService,
  ) {
    this.buffer = settings.get('session', { infer: true }).tokenRefreshBuffer * 1000;
  }

  seal(owner: TokenOwner, tokens: ProviderTokens): SealedProviderTokens {
    const { accessToken, accessTokenExpiresAt, refreshToken } = tokens;
    const life = { obtainedAt: Date.now(), accessTokenExpiresAt };
    return {
      ...life,
      sessionId: owner.sessionId,
      bearerHash: bearerHash(accessToken),
      ...this.vault.sealAll(tokens, owner),
      refreshDueIn: refreshToken === null ? null : timeToRefresh(life, this.buffer),
    };
  }

  /** Inside the transaction that makes their sessions. */
  async insertAll(sealed: readonly SealedProviderTokens[]): Promise<void> {
    if (sealed.length === 0) return;
    await this.database.execute(
      `INSERT INTO cutover_provider_tokens (session_id, access_token, refresh_token, id_token, obtained_at, access_token_expires_at, version, refresh_due_at)
       VALUES ${sealed.map(() => `(?, ?, ?, ?, ?, ?, 1, ${this.database.clock} + ?)`).join(', ')}`,
      sealed.flatMap((tokens) => [
        tokens.sessionId,
        tokens.accessToken,
        tokens.refreshToken,
        tokens.idToken,
        tokens.obtainedAt,
        tokens.accessTokenExpiresAt,
        tokens.refreshDueIn,
      ]),
    );
    const bearers = sealed.map(({ bearerHash: tokenHash, sessionId, accessTokenExpiresAt: expiresAt }) => ({
      tokenHash,
      sessionId,
      expiresAt,
    }));
    const { sql, parameters } = bearerRows(this.database.engine, bearers);
    await this.database.execute(sql, parameters);
  }

  async find(owner: TokenOwner): Promise<StoredProviderTokens | null> {
    const { clock } = this.database;
    const [row] = await this.database.query<ProviderTokenEntity & { resting: number | null }>(
      `SELECT access_token AS accessToken, refresh_token AS refreshToken, id_token AS idToken, obtained_at AS obtainedAt,
         access_token_expires_at AS accessTokenExpiresAt, version,
         (failures > 0 OR sent_at IS NOT NULL) AND lease_owner IS NULL AND refresh_due_at > ${clock} AS resting
       FROM cutover_provider_tokens WHERE session_id = ?`,
      [owner.sessionId],
    );
    if (!row) return null;
    return {
      ...this.vault.openAll(row, owner),
      obtainedAt: row.obtainedAt,
      accessTokenExpiresAt: row.accessTokenExpiresAt,
      version: row.version,
      resting: Boolean(row.resting),
    };
  }

  /**
   * Keeps everybody else from the tokens of sessions that are about to end. Belongs into the transaction that ends them.
   *
   * @param owners at least one
   * @returns the refresh tokens that are there, by session; none that does not open
   */
  async lockRefreshTokens(owners: readonly TokenOwner[]): Promise<Map<string, string>> {
    const ids = owners.map(({ sessionId }) => sessionId);
    // MySQL would else read, and lock, all rows of a table that is not much larger than the set.
    const [byKey, lock] =
      this.database.engine === 'mysql' ? ['FORCE INDEX (PRIMARY)', 'FOR UPDATE'] : ['', ''];
    const rows = await this.database.query<{ sessionId: string; sealed: string | null }>(
      `SELECT session_id AS sessionId, refresh_token AS sealed FROM cutover_provider_tokens ${byKey}
       WHERE session_id IN (${placeholders(ids)}) ${lock}`,
      ids,
    );
    const userIds = new Map(owners.map(({ sessionId, userId }) => [sessionId, userId]));
    const tokens = new Map<string, string>();
    for (const { sessionId, sealed } of rows) {
      const token = sealed && this.openOrNull(sealed, { sessionId, userId: userIds.get(sessionId) ?? -1 });
      if (token) tokens.set(sessionId, token);
    }
    return tokens;
  }

  private openOrNull(sealed: string, owner: TokenOwner): string | null {
    try {
      return this.vault.open(sealed, 'refresh', owner);
    } catch {
      return null; // whoever ends a session need not be able to read it
    }
  }
}

export const bearerHash = (token: string) => createHash('sha256').update(token).digest('base64url');
