import type { ExternalAccountState } from '../external-accounts/external-account-state';

/** What is known against the account on the external side that a person is linked to. */
export interface Departure {
  reason: 'account_disabled' | 'account_gone';
  /** `sync`: an export that was applied. `refusal`: the external side, at a sign-in, a refresh or a shadow check. */
  source: 'sync' | 'refusal';
  /** Epoch milliseconds at which it became known; `null` where an earlier release kept no time. */
  since: number | null;
}

/** What one SELECT answers of it: {@link DEPARTURE_COLUMNS}. Instants are epoch milliseconds. */
export interface DepartureRow {
  accountState: ExternalAccountState | null;
  accountSeenAt: number | string | null;
  accountConfirmedAt: number | string | null;
  lastExternalRefusal: string | null;
  lastExternalRefusalAt: number | string | null;
  lastTokenRefresh: Date | string | null;
}

/** Of `users u`, with {@link DEPARTURE_JOINS}. */
export const DEPARTURE_COLUMNS = `a.state AS accountState, a.seen_at AS accountSeenAt, a.confirmed_at AS accountConfirmedAt,
  st.last_external_refusal AS lastExternalRefusal, st.last_external_refusal_at AS lastExternalRefusalAt,
  u.last_token_refresh AS lastTokenRefresh`;
export const DEPARTURE_JOINS = `LEFT JOIN cutover_user_state st ON st.user_id = u.id
  LEFT JOIN cutover_external_accounts a ON a.user_id = u.id`;

const BY_STATE: Partial<Record<ExternalAccountState, Departure['reason']>> = {
  disabled: 'account_disabled',
  gone: 'account_gone',
};

/** Milliseconds by which clocks of different machines may differ: what is no newer than that clears nothing. */
const CLOCK_SKEW = 60_000;

/**
 * The newest fact decides: a success on the external side clears what a sync found before it, and a sync that finds the
 * account enabled clears a refusal before it. A success clears a refusal where it is recorded.
 */
export function departureOf(row: DepartureRow): Departure | null {
  const seenAt = Number(row.accountSeenAt ?? 0);
  const knownAt = Math.max(seenAt, Number(row.accountConfirmedAt ?? 0));
  const reason = row.accountState && BY_STATE[row.accountState];
  if (reason && instantOf(row.lastTokenRefresh) <= knownAt + CLOCK_SKEW)
    return { reason, source: 'sync', since: seenAt };
  if (row.lastExternalRefusal !== 'account_disabled') return null;
  const refusedAt = row.lastExternalRefusalAt === null ? null : Number(row.lastExternalRefusalAt);
  const isTakenBack = row.accountState === 'usable' && refusedAt !== null && knownAt > refusedAt + CLOCK_SKEW;
  return isTakenBack ? null : { reason: 'account_disabled', source: 'refusal', since: refusedAt };
}

/** A DATETIME of UTC, as either engine answers it; the beginning of time for none. */
function instantOf(at: Date | string | null): number {
  if (at === null) return 0;
  return typeof at === 'string' ? Date.parse(`${at.replace(' ', 'T')}Z`) : at.getTime();
}
