import type { Engine } from '@cutover/database';

export interface BearerRow {
  tokenHash: string;
  sessionId: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** An INSERT of access tokens' hashes. A provider may hand out the same access token twice while it is fresh. */
export function bearerRows(
  engine: Engine,
  rows: readonly BearerRow[],
): { sql: string; parameters: unknown[] } {
  const again =
    engine === 'mysql'
      ? 'ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)'
      : 'ON CONFLICT (token_hash, session_id) DO UPDATE SET expires_at = excluded.expires_at';
  return {
    sql: `INSERT INTO cutover_session_bearers (token_hash, session_id, expires_at)
          VALUES ${rows.map(() => '(?, ?, ?)').join(', ')} ${again}`,
    parameters: rows.flatMap(({ tokenHash, sessionId, expiresAt }) => [tokenHash, sessionId, expiresAt]),
  };
}
