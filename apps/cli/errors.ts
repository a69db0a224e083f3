import { ProblemError } from '@cutover/contracts';

export class SchemaNotCurrent extends ProblemError {
  readonly code = 'validation_failed';
  constructor(pending: string[]) {
    super({
      detail: `The database lacks ${pending.length} schema step(s): ${pending.join(', ')}. Run "cutover db migrate" first.`,
    });
  }
}

export class SchemaNewer extends ProblemError {
  readonly code = 'validation_failed';
  constructor(unknown: string[]) {
    super({
      detail:
        `The database belongs to a newer version of cutover: this one does not know its schema step(s) ${unknown.join(', ')}. ` +
        'Use the newer version, or take the step(s) back with its "cutover db revert".',
    });
  }
}

/** The refusal of a later step does not bring back what was taken back before it: MySQL commits each by itself. */
export class PartlyReverted extends ProblemError {
  readonly code = 'validation_failed';
  constructor(reason: string, reverted: string[]) {
    super({
      detail: `${reason} Taken back before that: ${reverted.join(', ')}; "cutover db migrate" applies them again.`,
    });
  }
}
