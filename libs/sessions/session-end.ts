import type { AuthMode } from '@cutover/contracts';
import { type Admissible, type KeptOut, whyKeptOut } from '@cutover/users';
import type { SessionEnd, SessionEntity } from './entities/session.entity';

/** By whom a session's owner is kept out. */
const BY_SOURCE: Record<KeptOut['source'], SessionEnd> = {
  here: 'deactivated',
  sync: 'left',
  refusal: 'account_disabled',
};

/**
 * Why a session that nobody has ended holds no longer; `null` while it does.
 *
 * @param person whose it is; `null` where the row is gone
 * @param idleTimeout milliseconds
 * @param now epoch milliseconds
 */
export function whyOver(
  session: Pick<SessionEntity, 'authMode' | 'expiresAt' | 'lastUsedAt'>,
  person: Admissible | null,
  idleTimeout: number,
  now: number,
): SessionEnd | null {
  if (person === null) return 'deactivated';
  return whyShut(person, session.authMode) ?? whyTimedOut(session, idleTimeout, now);
}

/** As {@link whyOver}, however long ago it was used. */
export function whyShut(person: Admissible, authMode: AuthMode): SessionEnd | null {
  const keptOut = whyKeptOut(person, authMode);
  if (keptOut !== null) return BY_SOURCE[keptOut.source];
  // Somebody took the link away: whoever came by it may be another person.
  return authMode === 'external' && person.externalUserId === null ? 'revoked' : null;
}

/** As {@link whyOver}, whoever its owner is. */
export function whyTimedOut(
  session: Pick<SessionEntity, 'expiresAt' | 'lastUsedAt'>,
  idleTimeout: number,
  now: number,
): SessionEnd | null {
  if (now >= session.expiresAt) return 'expired';
  return now - session.lastUsedAt >= idleTimeout ? 'idle_timeout' : null;
}
