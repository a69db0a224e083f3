import { INVALID_CREDENTIALS_DETAIL, ProblemError } from '@cutover/contracts';

/** The neutral refusal: the same words for a wrong password, an unknown name and an inactive account. */
export class InvalidCredentials extends ProblemError {
  readonly code = 'invalid_credentials';
  constructor(cause?: unknown) {
    super({ detail: INVALID_CREDENTIALS_DETAIL, cause });
  }
}
