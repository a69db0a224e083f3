/** A longer wait helps nobody at a sign-in page. Seconds. */
const LONGEST = 3600;

/** `Retry-After` as seconds, from seconds or from a date (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(header: unknown, now = Date.now()): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, LONGEST) : undefined;
}
