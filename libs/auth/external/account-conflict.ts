import { ProblemError } from '@cutover/contracts';

/** The external side knows the person; which account of ours that is, is not beyond doubt. */
export class AccountConflict extends ProblemError {
  readonly code = 'account_conflict';
  constructor(reason: string) {
    super({
      detail:
        'Your password is right, but your account here could not be matched. Contact your help desk and mention “account conflict”.',
      cause: reason,
    });
  }
}
