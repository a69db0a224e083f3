import type { Person } from '@cutover/users';
import type { SessionEnd, SessionEntity } from './entities/session.entity';

/**
 * Why a session that nobody has ended holds no longer; `null` while it does.
 *
 * @param person whose it is; `null` where the row is gone
 * @param idleTimeout milliseconds
 * @param now epoch milliseconds
 */
export function whyOver(
  session: Pick<SessionEntity, 'expiresAt' | 'lastUsedAt'>,
  person: Pick<Person, 'active'> | null,
  idleTimeout: number,
  now: number,
): SessionEnd | null {
  if (!person?.active) return 'deactivated';
  if (now >= session.expiresAt) return 'expired';
  return now - session.lastUsedAt >= idleTimeout ? 'idle_timeout' : null;
}
