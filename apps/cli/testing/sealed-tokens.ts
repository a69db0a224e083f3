import { randomBytes, randomUUID } from 'node:crypto';
import { loadSettings, SettingsService } from '@cutover/config';
import type { TestDatabase } from '@cutover/database/testing';
import { TokenVault } from '@cutover/sessions';
import { insertRows, query } from './schema';

/** A key as TOKEN_ENCRYPTION_KEYS takes it. */
export const keyNamed = (kid: string) => `${kid}:${randomBytes(32).toString('base64')}`;

const USER = 7;
const refreshTokenOf = (sessionId: string) => `refresh-token-of-${sessionId}`;

const vaultWith = (keys: string) =>
  new TokenVault(
    new SettingsService(loadSettings({ LOCAL_JWT_SECRET: 'x'.repeat(32), TOKEN_ENCRYPTION_KEYS: keys })),
  );

/** Adds live external sessions whose tokens are sealed under this key. @returns their ids, in order */
export async function addSealedSessions(
  database: TestDatabase,
  count: number,
  key: string,
): Promise<string[]> {
  const vault = vaultWith(key);
  const ids = Array.from({ length: count }, () => randomUUID()).sort();
  const now = Date.now();
  const seal = (sessionId: string, kind: 'access' | 'refresh') =>
    vault.seal(kind === 'refresh' ? refreshTokenOf(sessionId) : `access-token-of-${sessionId}`, kind, {
      userId: USER,
      sessionId,
    });
  await insertRows(
    database,
    'cutover_sessions',
    ids.map((id) => ({
      id,
      user_id: USER,
      auth_mode: 'external',
      generation: 0,
      presentations: '[]',
      created_at: now,
      last_used_at: now,
      expires_at: now + 3_600_000,
    })),
  );
  await insertRows(
    database,
    'cutover_provider_tokens',
    ids.map((id) => ({
      session_id: id,
      access_token: seal(id, 'access'),
      refresh_token: seal(id, 'refresh'),
      obtained_at: now,
      access_token_expires_at: now + 3_600_000,
      version: 5,
    })),
  );
  return ids;
}

/** What every row holds but its seal: the version, and the refresh token where this key opens it. */
export async function opened(database: TestDatabase, key: string): Promise<Record<string, unknown>> {
  const vault = vaultWith(key);
  const rows = await query<{ id: string; sealed: string; version: number }>(
    database,
    'SELECT session_id AS id, refresh_token AS sealed, version FROM cutover_provider_tokens',
  );
  return Object.fromEntries(
    rows.map(({ id, sealed, version }) => [
      id,
      { version, refreshToken: vault.open(sealed, 'refresh', { userId: USER, sessionId: id }) },
    ]),
  );
}

/** What {@link opened} shows of sessions that nothing was done to. */
export const untouched = (ids: string[]) =>
  Object.fromEntries(ids.map((id) => [id, { version: 5, refreshToken: refreshTokenOf(id) }]));
