/** Milliseconds. */
const FIRST = 2_000;
const LONGEST = 60_000;

/**
 * Milliseconds to wait after the n-th failure in a row (1, 2, …): twice as long each time, half of it by chance, so that
 * the browsers that an outage met together do not come back together.
 */
export function backoff(failures: number, chance = Math.random()): number {
  const most = Math.min(LONGEST, FIRST * 2 ** (failures - 1));
  return most / 2 + (most / 2) * chance;
}
