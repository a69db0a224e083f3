import type { ConfigurationFault } from '@cutover/config';
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

/** What was asked for was done; what it found wants somebody's attention. Exit code 1. */
export class KeysMissing extends Error {
  constructor(kids: string[]) {
    super(
      `Stored tokens need ${kids.length === 1 ? 'a key that is' : 'keys that are'} not in TOKEN_ENCRYPTION_KEYS: ${kids.join(', ')}. ` +
        'Put it back behind the first one; where it is lost, "cutover keys rotate --end-unreadable" ends these sessions.',
    );
  }
}

export class AuditKeysMissing extends Error {
  constructor(kids: string[]) {
    super(
      `The audit trail was sealed under ${kids.length === 1 ? 'a key that is' : 'keys that are'} not in AUDIT_KEYS: ${kids.join(', ')}. ` +
        'Put it back behind the first one: without it these entries cannot be verified.',
    );
  }
}

/** The report was printed by then. */
export class SecretsUnfit extends ProblemError {
  readonly code = 'validation_failed';
  constructor(reasons: readonly ConfigurationFault[]) {
    super({
      detail: `Production does not take these secrets: ${reasons.map(({ name, problem }) => `${name} ${problem}`).join('; ')}. See .env.example for how to make each.`,
    });
  }
}

export class GatesFailed extends Error {
  constructor(gates: string[]) {
    super(`The stage is not sound enough to go on: ${gates.join(', ')}.`);
  }
}

/** The report was printed by then. Exit code 1. */
export class TrailNotProven extends Error {
  constructor(found: number) {
    super(`The audit trail does not prove itself: ${found} finding(s). See docs/audit.md for what to do.`);
  }
}

export class ExportRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor(file: string, reason: string) {
    super({
      detail:
        reason === 'EEXIST'
          ? `${file} is there already. Name a new file: nothing is overwritten.`
          : `${file} cannot be written (${reason}).`,
    });
  }
}

export class RotationIncomplete extends Error {
  constructor(unreadable: number, remaining: number) {
    const reasons = [
      unreadable > 0 &&
        `${unreadable} session(s) hold tokens that no configured key opens: put the key back behind the first one ("cutover keys status" names it), ` +
          'or end them with --end-unreadable.',
      remaining > 0 &&
        `${remaining} session(s) were stored under an older key meanwhile: give every API process the same first key, then run this again.`,
    ];
    super(reasons.filter((reason) => reason !== false).join(' '));
  }
}

/** The report was printed by then. Exit code 1. */
export class ApiCheckFailed extends Error {
  constructor(steps: string[]) {
    super(`The external API did not pass: ${[...new Set(steps)].join(', ')}. The report says what to do.`);
  }
}

/** Nothing is wrong with the API as far as could be seen. Exit code 2. */
export class TestAccountRefused extends ProblemError {
  readonly code = 'invalid_credentials';
  constructor(advice: string) {
    super({ detail: `The external API refused the test account. ${advice}` });
  }
}
