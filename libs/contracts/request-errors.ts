import { ProblemError, type ProblemOptions } from './problem-error';

type Overrides = Partial<ProblemOptions>;

/** No credential was given. */
export class NotAuthenticated extends ProblemError {
  readonly code = 'not_authenticated';
  constructor(options: Overrides = {}) {
    super({ detail: 'Sign in to go on.', ...options });
  }
}

/** A credential was given that this service does not accept (RFC 6750 section 3.1, `invalid_token`). */
export class TokenInvalid extends ProblemError {
  readonly code = 'token_invalid';
  constructor(options: Overrides = {}) {
    super({
      detail: 'The access token is not valid here. Refresh the session or sign in again.',
      ...options,
    });
  }
}

/** The person is known, and may not do this. */
export class Forbidden extends ProblemError {
  readonly code = 'forbidden';
  constructor(options: Overrides = {}) {
    super({ detail: 'You are not allowed to do this. Ask an administrator if you need it.', ...options });
  }
}

/** What a Standard Schema validator (zod) reports about one value. */
export interface ValidationIssue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
}

/** What an answer says of a request is for a person to read, however many faults it has and whatever it calls its fields. */
const MOST_ISSUES = 5;
const LONGEST_LINE = 200;
const cut = (line: string) => {
  const characters = [...line.slice(0, 2 * LONGEST_LINE)];
  return characters.length > LONGEST_LINE ? `${characters.slice(0, LONGEST_LINE - 1).join('')}…` : line;
};

/** The request itself is wrong; `detail` says where and what is expected. */
export class ValidationFailed extends ProblemError {
  readonly code = 'validation_failed';

  static fromIssues(issues: readonly ValidationIssue[]): ValidationFailed {
    const lines = issues.slice(0, MOST_ISSUES).map(({ message, path = [] }) => {
      const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return cut(place ? `${place}: ${message}` : message);
    });
    return new ValidationFailed({ detail: lines.join('; ') });
  }
}

export class NotFound extends ProblemError {
  readonly code = 'not_found';
  constructor(options: Overrides = {}) {
    super({ detail: 'There is nothing at this address.', ...options });
  }
}

/** The neutral refusal in one wording for both sides: it tells neither what was wrong nor who said so. */
export const INVALID_CREDENTIALS_DETAIL = 'That name and password don’t match. Check both and try again.';

/** The neutral refusal: the same words for a wrong password, an unknown name, an inactive account and one that is kept out. */
export class InvalidCredentials extends ProblemError {
  readonly code = 'invalid_credentials';
  constructor(cause?: unknown) {
    super({ detail: INVALID_CREDENTIALS_DETAIL, cause });
  }
}
