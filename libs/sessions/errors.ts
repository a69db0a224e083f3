import { ProblemError } from '@cutover/contracts';

/** The session ended: by its own timeouts, by sign-out, by an administrator or because the provider said so. */
export class SessionExpired extends ProblemError {
  readonly code = 'session_expired';
  constructor(cause?: unknown) {
    super({ detail: 'Your session has ended. Sign in again to go on.', cause });
  }
}

/** A cookie that had been replaced was used again: two parties hold it, so nobody keeps the session. */
export class SessionReused extends ProblemError {
  readonly code = 'session_reused';
  constructor() {
    super({
      detail:
        'This session was used from two places and was ended for your safety. Sign in again; tell your help desk if it happens again.',
    });
  }
}
