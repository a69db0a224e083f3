import { HttpErrorResponse } from '@angular/common/http';
import { isProblem, type Problem, type ProblemCode } from '@cutover/contracts';

/** How a session ends without the API's saying so. */
export type QuietEnd = 'session_idle' | 'session_over' | 'signed_out_elsewhere';

/** The API's neutral refusals, as the page for a new password means them. */
export type ResetRefusal = 'code_refused' | 'password_refused';

/** The same, as the page for the proof of a link means it. */
export type ProofRefusal = 'proof_refused';

/** The same, as the page means them on which a person changes their password. */
export type ChangeRefusal = 'present_password_wrong' | 'new_password_refused';

/** The API's codes, the failures that never reached it or did not come from it, and the ends that it did not speak of. */
export type ShownCode =
  | ProblemCode
  | 'offline'
  | 'unreachable'
  | 'unreadable'
  | QuietEnd
  | ResetRefusal
  | ProofRefusal
  | ChangeRefusal;

/** What a page needs to tell a person about a failure. */
export interface ShownProblem {
  code: ShownCode;
  /** To be read out to a help desk; `null` where the answer had none. */
  requestId: string | null;
  /** Seconds; `null` where waiting was not asked for. */
  retryAfter: number | null;
}

/** Whether `error` is an answer of our own API (and not of a proxy in between) with this status. */
export function isProblemAnswer(error: unknown, status: number): error is HttpErrorResponse {
  return error instanceof HttpErrorResponse && error.status === status && isProblem(error.error);
}

/** Makes of whatever a request failed with something that can be shown. */
export function readProblem(error: unknown): ShownProblem {
  if (!(error instanceof HttpErrorResponse)) return shown('unreadable');
  if (error.status === 0) return shown(navigator.onLine ? 'unreachable' : 'offline');
  const body: unknown = error.error;
  if (isProblem(body))
    return { code: body.code, requestId: body.requestId, retryAfter: body.retryAfter ?? null };
  return shown('unreadable', error.headers.get('x-request-id'));
}

/** What goes back with the proof that the API asks for; `null` where it asks for none. */
export function linkTokenOf(error: unknown): string | null {
  if (!isProblemAnswer(error, 401)) return null;
  const problem = error.error as Problem;
  return problem.code === 'link_required' ? (problem.linkToken ?? null) : null;
}

function shown(code: ShownCode, requestId: string | null = null): ShownProblem {
  return { code, requestId, retryAfter: null };
}
