import type { Grant } from './tabs';

/** Milliseconds, all of them. */
const MARGIN = 90_000;
const SOONEST = 5_000;

/**
 * When a grant is to be renewed: 90 s before the access token expires or the API would take the session for idle,
 * a third of the time where that is less, and never sooner than 5 s after the last renewal, however short-lived the
 * tokens. Chance moves it forward by up to a fifth of the margin, so that people who signed in together do not renew
 * together.
 *
 * @param idleTimeout milliseconds
 * @returns epoch milliseconds
 */
export function renewalTime(
  { obtainedAt, expiresAt }: Grant,
  idleTimeout: number,
  chance = Math.random(),
): number {
  const life = Math.min(expiresAt - obtainedAt, idleTimeout);
  const margin = Math.min(MARGIN, life / 3) * (1 + chance / 5);
  return obtainedAt + Math.max(SOONEST, life - margin);
}

/** Whether so little is left of a fresh token that the session itself may be near its end: no token outlives it. */
export function endsSoon({ obtainedAt, expiresAt }: Grant): boolean {
  return expiresAt - obtainedAt <= 3 * MARGIN;
}
