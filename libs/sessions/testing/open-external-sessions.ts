import { randomUUID } from 'node:crypto';
import type { Database } from '@cutover/database';
import { bearerRows } from '../bearer-rows';
import { bearerHash } from '../provider-token-store';
import type { TokenVault } from '../vault/token-vault';

/** A session of the external side as it is to be found. */
export interface OpenSession {
  userId: number;
  accessToken: string;
  refreshToken: string;
  /** Epoch milliseconds; an hour from now unless it is said. */
  accessTokenExpiresAt?: number;
}

const HOUR = 3_600_000;
/** Rows in one statement. */
const SET = 250;

/**
 * Puts sessions into the database whose tokens are due for a refresh now, as so many sign-ins some time ago would have.
 * @returns their ids, in order
 */
export async function openExternalSessions(
  { database, vault }: { database: Database; vault: TokenVault },
  sessions: OpenSession[],
): Promise<string[]> {
  const now = Date.now();
  const ids = sessions.map(() => randomUUID());
  for (let from = 0; from < sessions.length; from += SET) {
    const part = sessions.slice(from, from + SET).map((session, index) => ({
      ...session,
      sessionId: ids[from + index] as string,
      expiresAt: session.accessTokenExpiresAt ?? now + HOUR,
    }));
    await insert(database, 'cutover_sessions', [
      'id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at',
      part.map(({ sessionId, userId }) => [
        sessionId,
        userId,
        'external',
        0,
        '[]',
        now,
        now,
        now + 12 * HOUR,
      ]),
    ]);
    await insert(database, 'cutover_provider_tokens', [
      'session_id, access_token, refresh_token, obtained_at, access_token_expires_at, version, refresh_due_at',
      part.map((session) => [
        session.sessionId,
        vault.seal(session.accessToken, 'access', session),
        vault.seal(session.refreshToken, 'refresh', session),
        now - HOUR,
        session.expiresAt,
        1,
        0,
      ]),
    ]);
    const bearers = bearerRows(
      database.engine,
      part.map(({ accessToken, sessionId, expiresAt }) => ({
        tokenHash: bearerHash(accessToken),
        sessionId,
        expiresAt,
      })),
    );
    await database.execute(bearers.sql, bearers.parameters);
  }
  return ids;
}

async function insert(
  database: Database,
  table: string,
  [columns, rows]: [string, unknown[][]],
): Promise<void> {
  const values = rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
  await database.execute(`INSERT INTO ${table} (${columns}) VALUES ${values}`, rows.flat());
}
