import { type Problem, PROBLEMS, type ProblemCode } from './problem';

export interface ProblemOptions {
  /** One sentence for the person who asked: what happened and what to do next. Never a secret, never a cause. */
  detail: string;
  /** Seconds after which asking again may help. */
  retryAfter?: number;
  /** What really happened; goes to the log, never into an answer. */
  cause?: unknown;
}

/**
 * The root of every error that this product raises on purpose. One filter (apps/api) turns it into a
 * {@link Problem}; the command line prints `detail` and exits by `code`.
 */
export abstract class ProblemError extends Error {
  abstract readonly code: ProblemCode;
  readonly detail: string;
  readonly retryAfter: number | undefined;

  constructor(options: ProblemOptions) {
    super(options.detail, { cause: options.cause });
    this.name = new.target.name;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
  }

  /** Further members of the answer (RFC 9457 section 3.2). */
  get extensions(): Pick<Problem, 'linkToken'> {
    return {};
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
