import { ExternalMisconfigured, ExternalUnavailable } from '../errors';
import type { Operation } from '../upstream-failure';

/**
 * What Node calls a network that fails. Every other code fails closed: a certificate that is not trusted, has
 * expired or names another host, or an answer that is no HTTP, could be a man in the middle, and he must never
 * look like an outage, which may open the fallback to old passwords (design section 4).
 */
const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/**
 * The error for a call that got no answer; keeps the code of what happened and nothing else of it.
 * @param sent whether the request was on its way when it happened
 */
export function connectionFailure(operation: Operation, error: unknown, sent: boolean) {
  const code = codeOf(error);
  return OUTAGE_CODES.has(code)
    ? new ExternalUnavailable({ operation, reason: 'connection failed', code, sent })
    : new ExternalMisconfigured({ operation, reason: 'connection not trusted or not HTTP', code, sent });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
