import { randomBytes, randomUUID } from 'node:crypto';
import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import { AuditTrail } from '@cutover/operations';
import type { DataSource } from 'typeorm';
import { ProviderTokenStore } from '../../provider-token-store';
import { SessionStore } from '../../session-store';
import { KeyRotation } from '../key-rotation';
import { KeySurvey } from '../key-survey';
import { type TokenOwner, TokenVault } from '../token-vault';

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
    return {
      vault,
      tokens: new ProviderTokenStore(this.database, vault),
      survey: new KeySurvey(this.database, vault),
      rotation: new KeyRotation(
        this.database,
        vault,
        new SessionStore(this.database),
        new AuditTrail(this.database),
      ),
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

  /** Sessions whose tokens are sealed under the first of these keys. */
  async add(count: number, ...keys: string[]): Promise<TokenOwner[]> {
    const { tokens } = this.with(...keys);
    const owners: TokenOwner[] = [];
    for (let index = 0; index < count; index++) {
      const owner = await this.addSession();
      await tokens.insert(owner, tokensNamed(owner.sessionId));
      owners.push(owner);
    }
    return owners;
  }

  async clear(): Promise<void> {
    for (const table of [
      'cutover_provider_tokens',
      'cutover_session_bearers',
      'cutover_sessions',
      'audit_log',
    ]) {
      await this.database.execute(`DELETE FROM ${table}`);
    }
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.test.drop();
  }
}

export const tokensNamed = (name: string) => ({
  accessToken: `access token of ${name}`,
  refreshToken: `refresh token of ${name}`,
  idToken: null,
  accessTokenExpiresAt: Date.now() + 3_600_000,
});
