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
