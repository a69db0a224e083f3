import { ProblemError } from '@cutover/contracts';

/** Nothing is removed from a trail that does not prove itself: it would take the evidence along. */
export class PruningRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor(found: number) {
    super({
      detail:
        `What would be removed does not verify: ${found} finding(s). "cutover audit verify" names them. ` +
        'Keep them ("cutover audit export"), then use --despite-findings.',
    });
  }
}

/** Another process holds the chain for longer than a set of entries takes. */
export class SealerBusy extends ProblemError {
  readonly code = 'service_busy';
  constructor() {
    super({
      detail: 'The audit trail is being sealed by another process. Nothing was removed; run this again.',
    });
  }
}
