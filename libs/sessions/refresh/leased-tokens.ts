import {
  type Admissible,
  ADMISSIBLE_COLUMNS,
  type AdmissibleRow,
  PERSON_JOINS,
  toAdmissible,
} from '@cutover/users';
import type { SessionEntity } from '../entities/session.entity';

/** Tokens that one process may refresh, as they stood when it took the lease. Instants are epoch milliseconds. */
export interface LeasedTokens {
  sessionId: string;
  userId: number;
  /** Entra object id; `null` where the account is not linked any more. */
  externalUserId: string | null;
  /** Sealed. */
  refreshToken: string | null;
  obtainedAt: number;
  accessTokenExpiresAt: number;
  version: number;
  /** Since when an earlier attempt may have spent the refresh token; `null`: surely none has. */
  sentAt: number | null;
  failures: number;
  session: Pick<SessionEntity, 'authMode' | 'lastUsedAt' | 'expiresAt'>;
  /** Whose they are; `null` where the row is gone. */
  person: Admissible | null;
}

/** What {@link LEASED_TOKENS} answers; no username where the person's row is gone. */
export type LeasedTokensRow = Omit<LeasedTokens, 'session' | 'person'> &
  LeasedTokens['session'] &
  Omit<AdmissibleRow, 'username'> & { username: string | null };

export const LEASED_TOKENS = `SELECT t.session_id AS sessionId, s.user_id AS userId, t.refresh_token AS refreshToken,
    t.obtained_at AS obtainedAt, t.access_token_expires_at AS accessTokenExpiresAt, t.version, t.sent_at AS sentAt, t.failures,
    s.auth_mode AS authMode, s.last_used_at AS lastUsedAt, s.expires_at AS expiresAt, ${ADMISSIBLE_COLUMNS}
  FROM cutover_provider_tokens t JOIN cutover_sessions s ON s.id = t.session_id
  LEFT JOIN users u ON u.id = s.user_id ${PERSON_JOINS}`;

export function toLeasedTokens(row: LeasedTokensRow): LeasedTokens {
  const { authMode, lastUsedAt, expiresAt, username } = row;
  return {
    sessionId: row.sessionId,
    userId: row.userId,
    externalUserId: row.externalUserId,
    refreshToken: row.refreshToken,
    obtainedAt: row.obtainedAt,
    accessTokenExpiresAt: row.accessTokenExpiresAt,
    version: row.version,
    sentAt: row.sentAt,
    failures: row.failures,
    session: { authMode, lastUsedAt, expiresAt },
    person: username === null ? null : toAdmissible({ ...row, username }),
  };
}
