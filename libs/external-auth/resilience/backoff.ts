/** Milliseconds: the most that the first repeat waits, doubled for each further one, and the end of doubling. */
const FIRST = 200;
const LONGEST = 2000;

/**
 * Milliseconds before a repeat: exponential backoff with full jitter, so that processes which failed together do not
 * come back together; never sooner than the provider asked for (RFC 9110 section 10.2.3).
 * @param repeat 0 for the first one
 * @param retryAfter seconds
 */
export function waitBefore(repeat: number, retryAfter = 0, random = Math.random): number {
  return retryAfter * 1000 + random() * Math.min(LONGEST, FIRST * 2 ** repeat);
}
