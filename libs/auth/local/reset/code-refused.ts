import { ProblemError } from '@cutover/contracts';

/** The neutral refusal: the same for an unknown name, an inactive account, and a wrong, spent or expired code. */
export class CodeRefused extends ProblemError {
  readonly code = 'invalid_credentials';
  constructor() {
    super({
      detail: 'The username or the code is wrong, or the code has expired. Ask for a new code if it goes on.',
    });
  }
}
