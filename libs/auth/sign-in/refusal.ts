import { ProblemError, type ProblemCode } from '@cutover/contracts';
import { REFUSAL_CODES } from '@cutover/external-auth';

/** What is said of a person; every other code is somebody's fault and says nothing about who asked. */
const CODES: ReadonlySet<ProblemCode> = new Set([...REFUSAL_CODES, 'account_conflict']);

/** The code of a refusal of the person; `null` for a fault, on either side. */
export function refusalCodeOf(error: unknown): ProblemCode | null {
  return error instanceof ProblemError && CODES.has(error.code) ? error.code : null;
}
