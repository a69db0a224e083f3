import { randomBytes, randomUUID } from 'node:crypto';
import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import { auditTrailOn } from '@cutover/operations/testing';
import type { DataSource } from 'typeorm';
import { LiveSessions } from '../../live/live-sessions';
import { SessionStore } from '../../session-store';
import { KeyRotation } from '../key-rotation';
import { KeySurvey } from '../key-survey';
import { type SealedTokens, type TokenOwner, TokenVault } from '../token-vault';

/** A key as TOKEN_ENCRYPTION_KEYS takes it. */
export const keyNamed = (kid: string) => `${kid}:${randomBytes(32).toString('base64')}`;

export const vaultWith = (...keys: string[]) =>
  new TokenVault(
    new SettingsService(
      loadSettings({ LOCAL_JWT_SECRET: 'x'.repeat(32), TOKEN_ENCRYPTION_KEYS: keys.join(',') }),
    ),
  );

/** A migrated database with sessions of one external user, whose tokens are sealed. */
export class SealedSessions {
  readonly database: Database;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly test: TestDatabase,
  ) {
    this.database = new Database(dataSource);
  }

  static async on(test: TestDatabase): Promise<SealedSessions> {
    const dataSource = await openDataSource(test.connection);
    await new Migrator(dataSource).migrate();
    return new SealedSessions(dataSource, test);
  }

  /** What a process works with that has these keys. */
  with(...keys: string[]) {
    const vault = vaultWith(...keys);
    const audit = auditTrailOn(this.database);
    const store = new SessionStore(this.database, audit, new LiveSessions(this.database));
    return {
      vault,
      survey: new KeySurvey(this.database, vault),
      rotation: new KeyRotation(this.database, vault, store, audit),
    };
  }

  /** A live session without tokens yet. */
  async addSession(userId = 7): Promise<TokenOwner> {
    const owner = { userId, sessionId: randomUUID() };
    const now = Date.now();
    await this.database.execute(
      `INSERT INTO cutover_sessions (id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at)
       VALUES (?, ?, 'external', 0, '[]', ?, ?, ?)`,
      [owner.sessionId, userId, now, now, now + 3_600_000],
    );
    return owner;
  }

  /** Sessions whose tokens are sealed under this key. */
  async add(count: number, key: string): Promise<TokenOwner[]> {
    const { vault } = this.with(key);
    const owners: TokenOwner[] = [];
    for (let index = 0; index < count; index++) {
      const owner = await this.addSession();
      const { accessToken, refreshToken } = sealedTokens(vault, owner, owner.sessionId);
      await this.database.execute(
        `INSERT INTO cutover_provider_tokens (session_id, access_token, refresh_token, obtained_at, access_token_expires_at, version)
         VALUES (?, ?, ?, ?, ?, 1)`,
        [owner.sessionId, accessToken, refreshToken, Date.now(), Date.now() + 3_600_000],
      );
      owners.push(owner);
    }
    return owners;
  }

  /**
   * Stores new tokens as every refresh does: where the version is still the one that it began with.
   * @returns whether it was
   */
  async refresh(vault: TokenVault, owner: TokenOwner, name: string, version: number): Promise<boolean> {
    const { accessToken, refreshToken } = sealedTokens(vault, owner, name);
    const { affected } = await this.database.execute(
      `UPDATE cutover_provider_tokens SET access_token = ?, refresh_token = ?, version = version + 1
       WHERE session_id = ? AND version = ?`,
      [accessToken, refreshToken, owner.sessionId, version],
    );
    return affected === 1;
  }

  /** The tokens of a session, opened. @throws VaultError */
  async find(vault: TokenVault, owner: TokenOwner) {
    const [row] = await this.database.query<SealedTokens & { version: number }>(
      `SELECT access_token AS accessToken, refresh_token AS refreshToken, id_token AS idToken, version
       FROM cutover_provider_tokens WHERE session_id = ?`,
      [owner.sessionId],
    );
    if (!row) return null;
    return {
      accessToken: vault.open(row.accessToken, 'access', owner),
      refreshToken: row.refreshToken && vault.open(row.refreshToken, 'refresh', owner),
      idToken: row.idToken && vault.open(row.idToken, 'id', owner),
      version: row.version,
    };
  }

  async clear(): Promise<void> {
    for (const table of [
      'cutover_provider_tokens',
      'cutover_session_bearers',
      'cutover_sessions',
      'cutover_audit_log',
    ]) {
      await this.database.execute(`DELETE FROM ${table}`);
    }
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.test.drop();
  }
}

/** What {@link SealedSessions.find} shows of tokens that were stored under this name. */
export const tokensNamed = (name: string) => ({
  accessToken: `access token of ${name}`,
  refreshToken: `refresh token of ${name}`,
});

function sealedTokens(vault: TokenVault, owner: TokenOwner, name: string) {
  const { accessToken, refreshToken } = tokensNamed(name);
  return {
    accessToken: vault.seal(accessToken, 'access', owner),
    refreshToken: vault.seal(refreshToken, 'refresh', owner),
  };
}
