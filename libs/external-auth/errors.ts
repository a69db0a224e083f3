import { ProblemError } from '@cutover/contracts';
import type { Operation, UpstreamFailure } from './upstream-failure';

/** What the external side may say about a person; the codes are shown as they are (design section 5). */
export const REFUSAL_CODES = [
  'invalid_credentials',
  'mfa_required',
  'password_expired',
  'account_locked',
  'account_disabled',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** The external side knows better than to let this person in. */
export class RefusedByProvider extends ProblemError {
  constructor(
    readonly code: RefusalCode,
    detail: string,
    readonly failure: UpstreamFailure,
  ) {
    super({ detail, cause: failure });
  }
}

/** The refresh token is dead: only a new sign-in helps (RFC 6749 section 5.2, `invalid_grant`). */
export class GrantInvalid extends ProblemError {
  readonly code = 'session_expired';

  constructor(
    readonly failure: UpstreamFailure,
    /** What the external side says about the person, where it says it at a refresh. */
    readonly reason: RefusalCode | null = null,
  ) {
    super({ detail: 'Your organisation ended this sign-in. Sign in again.', cause: failure });
  }
}

/** The external side asks us to slow down. Never an outage: asking another side instead would hide it. */
export class ThrottledByProvider extends ProblemError {
  readonly code = 'rate_limited';

  constructor(
    readonly failure: UpstreamFailure,
    retryAfter?: number,
  ) {
    super({
      detail:
        'Your organisation’s sign-in service takes no more attempts just now. Wait a moment and try again.',
      retryAfter,
      cause: failure,
    });
  }
}

/** An outage upstream: timeout, connection, 5xx, or an AADSTS number that means one. */
export class ExternalUnavailable extends ProblemError {
  readonly code = 'external_unavailable';

  constructor(
    readonly failure: UpstreamFailure,
    retryAfter?: number,
  ) {
    super({
      detail: 'Your organisation’s sign-in service does not answer. Try again in a minute.',
      retryAfter,
      cause: failure,
    });
  }
}

/**
 * Outages in a row opened the circuit: nothing was sent, and nothing will be for `retryAfter` seconds. An outage as
 * any other to whoever asked.
 */
export class CircuitOpen extends ExternalUnavailable {
  constructor(operation: Operation, retryAfter: number) {
    super({ operation, reason: 'circuit open' }, retryAfter);
  }
}

/** Our own queue of calls is full: nothing was sent. It says nothing about the external side. */
export class ProviderQueueFull extends ProblemError {
  readonly code = 'service_busy';

  constructor() {
    super({ detail: 'Sign-in is busy right now. Try again in a few seconds.', retryAfter: 5 });
  }
}

/** An answer that can't be understood or trusted. An operator has to look; waiting does not help. */
export class ExternalMisconfigured extends ProblemError {
  readonly code = 'external_misconfigured';

  constructor(readonly failure: UpstreamFailure) {
    super({
      detail:
        'Your organisation’s sign-in service answered in a way that was not understood. Tell your administrator; trying again will not help.',
      cause: failure,
    });
  }
}
