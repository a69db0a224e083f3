/** Share of the buffer by which refreshes are spread, so that people who signed in together do not come back together. */
const JITTER = 0.2;

/** Milliseconds: the most that the first repeat waits, doubled for each further one, and the end of doubling. */
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 120_000;

/** When tokens came, and when the access token among them runs out: epoch milliseconds. */
export interface TokenLife {
  obtainedAt: number;
  accessTokenExpiresAt: number;
}

/** Milliseconds before its end at which an access token is renewed: with one that lives shorter than twice the buffer, half its life. */
export const bufferOf = ({ obtainedAt, accessTokenExpiresAt }: TokenLife, buffer: number) =>
  Math.min(buffer, (accessTokenExpiresAt - obtainedAt) / 2);

/** Milliseconds from the coming of new tokens until the job renews them. */
export function timeToRefresh(life: TokenLife, buffer: number, random = Math.random): number {
  const ahead = bufferOf(life, buffer);
  const jitter = random() * JITTER * ahead;
  return Math.max(0, Math.round(life.accessTokenExpiresAt - life.obtainedAt - ahead - jitter));
}

/**
 * Milliseconds until a refresh that came to nothing is tried again: exponential backoff with jitter, never sooner than
 * the provider asked for (RFC 9110 section 10.2.3).
 * @param failures in a row, this one included
 * @param retryAfter seconds
 */
export function timeToRetry(failures: number, retryAfter = 0, random = Math.random): number {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1));
  return Math.round(retryAfter * 1000 + longest * (0.5 + random() / 2));
}
