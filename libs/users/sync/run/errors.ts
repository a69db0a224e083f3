import { ProblemError } from '@cutover/contracts';

/** The database is not what the plan saw. */
export class PlanDrifted extends ProblemError {
  readonly code = 'validation_failed';
  constructor(count: number, first: string[], run: string | null) {
    const more = count > first.length ? ` and ${count - first.length} more` : '';
    super({
      detail:
        `The database has changed since the plan was made: ${count} row(s) differ: ${first.join('; ')}${more}. ` +
        (run === null
          ? 'Nothing was written. Make a new plan.'
          : `The run ${run} stopped before them: make a new plan for the rest, or take it back with "cutover users undo ${run}".`),
    });
  }
}

/** Somebody was linked, by signing in, to an account that the plan has for another person. */
export class AccountTaken extends ProblemError {
  readonly code = 'validation_failed';
  constructor(run: string) {
    super({
      detail:
        `The database has changed since the plan was made: an account of the next rows was linked to another user. ` +
        `The run ${run} stopped before them: make a new plan for the rest, or take it back with "cutover users undo ${run}".`,
    });
  }
}

/** Another process applies the same plan, or has taken the run back in the meantime. */
export class RunElsewhere extends ProblemError {
  readonly code = 'validation_failed';
  constructor(run: string) {
    super({
      detail: `Another process works on the run ${run}. Wait for it, then run this again: it goes on from there.`,
    });
  }
}

export class PlanChanged extends ProblemError {
  readonly code = 'validation_failed';
  constructor(file: string) {
    super({
      detail: `${file}: the plan was changed while it was read. Run this again once nobody writes to it.`,
    });
  }
}
