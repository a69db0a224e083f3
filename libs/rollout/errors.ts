import { ProblemError } from '@cutover/contracts';

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
