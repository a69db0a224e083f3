import { ProblemError } from '@cutover/contracts';

/** Too many failures of late. The password was not looked at, so the answer says nothing about it or about the name. */
export class RateLimited extends ProblemError {
  readonly code = 'rate_limited';

  /** @param wait milliseconds */
  constructor(wait: number) {
    super({
      detail: 'Too many failed attempts. Wait a little, then try again.',
      retryAfter: Math.max(1, Math.ceil(wait / 1000)),
    });
  }
}
