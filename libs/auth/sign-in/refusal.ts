import { ProblemError, type ProblemCode } from '@cutover/contracts';
import { REFUSAL_CODES } from '@cutover/external-auth';

/** What is said of a person; every other code is somebody's fault and says nothing about who asked. */
const REFUSALS: ReadonlySet<ProblemCode> = new Set([...REFUSAL_CODES, 'account_conflict']);
/** What a person is asked on the way: nobody has failed, and nobody is in yet. */
const QUESTIONS: ReadonlySet<ProblemCode> = new Set(['link_required']);

/** The code of a refusal of the person; `null` for a question, and for a fault on either side. */
export const refusalCodeOf = (error: unknown) => codeIn(REFUSALS, error);

/** The same, of a question too: the answers that the record has of a person. */
export const answerCodeOf = (error: unknown) => codeIn(REFUSALS, error) ?? codeIn(QUESTIONS, error);

const codeIn = (codes: ReadonlySet<ProblemCode>, error: unknown): ProblemCode | null =>
  error instanceof ProblemError && codes.has(error.code) ? error.code : null;
