import { ProblemError } from '@cutover/contracts';
import type { RolloutHold } from './policy/rollout-policy';

/** Somebody else decided in the meantime (RFC 9110 section 15.5.13). */
export class VersionConflict extends ProblemError {
  readonly code = 'version_conflict';
  constructor(current: number) {
    super({ detail: `The rollout is at version ${current} by now. Read it again and decide anew.` });
  }
}

/** A change without `If-Match` could undo what nobody has seen (RFC 6585 section 3). */
export class VersionRequired extends ProblemError {
  readonly code = 'version_required';
  constructor() {
    super({
      detail:
        'Send the version that you mean to change as If-Match: "<version>"; GET /api/admin/rollout answers it as ETag.',
    });
  }
}

/** A hold stands: going back is open, going on is not. */
export class PromotionOnHold extends ProblemError {
  readonly code = 'validation_failed';
  constructor({ reason, since }: RolloutHold) {
    super({
      detail:
        `The rollout is on hold since ${new Date(since).toISOString()} (${reason}): it can go back, but not on. ` +
        'When that is dealt with, lift the hold with liftHold (--lift-hold on the command line).',
    });
  }
}

/** There is no recent way back. */
export class BackupRequired extends ProblemError {
  readonly code = 'validation_failed';
  /** @param step what needs one, as the beginning of a sentence. @param last epoch milliseconds */
  constructor(step: string, last: number | null) {
    const known =
      last === null
        ? 'No verified backup is known'
        : `The last verified backup is of ${new Date(last).toISOString()}, more than a day ago`;
    super({
      detail: `${known}. ${step} needs a recent one: make it with "cutover backup --to FILE", or say --without-backup.`,
    });
  }
}
