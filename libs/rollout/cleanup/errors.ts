import { ProblemError } from '@cutover/contracts';
import type { CleanupGate } from './gate';

/** Somebody else has removed the column, and nobody knows what became of the passwords. */
export class RemovedByOthers extends ProblemError {
  readonly code = 'validation_failed';
  constructor() {
    super({
      detail:
        'The table users has no column hashed_password, and no clean-up has sealed what it held: somebody removed it by ' +
        'hand. Nothing was changed. Restore a dump of the database from before that, or add the column again, empty.',
    });
  }
}

/** The time has not come. Nothing was sealed and nothing removed. */
export class GatesClosed extends ProblemError {
  readonly code = 'validation_failed';
}

export function gatesClosed(gates: readonly CleanupGate[]): GatesClosed {
  const closed = gates.filter(({ passed }) => !passed);
  return new GatesClosed({
    detail: [
      `The local passwords stay: ${closed.length} of ${gates.length} gates ${closed.length === 1 ? 'is' : 'are'} closed.`,
      ...closed.map(({ id, advice }) => `${id}: ${advice}`),
    ].join('\n'),
  });
}
