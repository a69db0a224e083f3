import {
  CircuitOpen,
  ExternalMisconfigured,
  ExternalUnavailable,
  GrantInvalid,
  ProviderQueueFull,
  ThrottledByProvider,
} from './errors';

/** What says of itself that the token was not accepted, or not even sent. */
const NOT_SPENT = [GrantInvalid, ThrottledByProvider, CircuitOpen, ProviderQueueFull];

/**
 * Whether a refresh that failed may have spent its refresh token all the same: the request was on its way, and no
 * answer came that says otherwise, as a refusal, a throttle or a whole 503 does.
 */
export function mayBeSpent(error: unknown): boolean {
  if (NOT_SPENT.some((kind) => error instanceof kind)) return false;
  if (!(error instanceof ExternalUnavailable || error instanceof ExternalMisconfigured)) return true;
  const { sent, answered } = error.failure;
  return sent !== false && answered !== true;
}
