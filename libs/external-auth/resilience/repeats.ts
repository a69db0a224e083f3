import { DelegateBackoff, handleWhen, type IPolicy, noop, retry } from 'cockatiel';
import { CircuitOpen, ExternalUnavailable, ThrottledByProvider } from '../errors';
import type { Operation } from '../upstream-failure';
import { waitBefore } from './backoff';

/**
 * What may be asked again, because asking changes nothing over there. A sign-in may have been counted against the
 * person's lockout, and a refresh may have spent its token: neither is ever here.
 */
const REPEATABLE: ReadonlySet<Operation> = new Set<Operation>(['validate', 'userInfo', 'jwks']);

/** Beyond the first call. */
const MOST_REPEATS = 2;

/**
 * Repeats of one call; made anew for each.
 * @param deadline epoch milliseconds; what could only be repeated later is not repeated
 * @param onRepeat is told of each repeat
 */
export function repeatsOf(operation: Operation, deadline: number, onRepeat: () => void): IPolicy {
  if (!REPEATABLE.has(operation)) return noop;
  let repeats = 0;
  let wait = 0;
  const worthRepeating = handleWhen((error) => {
    if (!isPassing(error)) return false;
    wait = waitBefore(repeats++, error.retryAfter);
    return Date.now() + wait < deadline;
  });
  const policy = retry(worthRepeating, {
    maxAttempts: MOST_REPEATS,
    backoff: new DelegateBackoff(() => wait),
  });
  policy.onRetry(onRepeat);
  return policy;
}

/** An outage; a throttle only where it says when. An open circuit is not waited for. */
function isPassing(error: unknown): error is ExternalUnavailable | ThrottledByProvider {
  if (error instanceof ThrottledByProvider) return error.retryAfter !== undefined;
  return error instanceof ExternalUnavailable && !(error instanceof CircuitOpen);
}
