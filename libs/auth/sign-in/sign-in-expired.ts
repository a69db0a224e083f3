import { ProblemError } from '@cutover/contracts';

/** A sign-in in several steps that is over: too old, used, begun in another browser, or never begun. */
export class SignInExpired extends ProblemError {
  readonly code = 'sign_in_expired';
  constructor(cause?: unknown) {
    super({ detail: 'That took too long, or it was started in another browser. Sign in again.', cause });
  }
}
