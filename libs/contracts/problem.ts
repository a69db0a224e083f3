/**
 * Every code a person or a script may meet, with its HTTP status and its short title.
 * The codes are contract: they are added to, never renamed.
 */
export const PROBLEMS = {
  link_required: { status: 401, title: 'One more proof is required' },
  sign_in_expired: { status: 400, title: 'The sign-in took too long' },
  invalid_credentials: { status: 401, title: 'Name and password do not match' },
  mfa_required: { status: 401, title: 'A second factor is required' },
  password_expired: { status: 401, title: 'The password has expired' },
  account_locked: { status: 401, title: 'The account is locked for a while' },
  account_disabled: { status: 401, title: 'The account is disabled' },
  account_conflict: { status: 409, title: 'The account could not be matched' },
  not_authenticated: { status: 401, title: 'Sign-in required' },
  token_invalid: { status: 401, title: 'The access token is not valid' },
  session_expired: { status: 401, title: 'The session has ended' },
  session_reused: { status: 401, title: 'The session was ended for safety' },
  forbidden: { status: 403, title: 'Not allowed' },
  validation_failed: { status: 400, title: 'The request is not valid' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  version_conflict: { status: 412, title: 'Somebody else changed this in the meantime' },
  version_required: { status: 428, title: 'The version to change must be named' },
  rate_limited: { status: 429, title: 'Too many attempts' },
  service_busy: { status: 503, title: 'The service is busy' },
  service_unavailable: { status: 503, title: 'The service is unavailable' },
  external_unavailable: { status: 503, title: 'The organisation’s sign-in service is unavailable' },
  external_misconfigured: {
    status: 502,
    title: 'The organisation’s sign-in service answered in an unexpected way',
  },
  internal_error: { status: 500, title: 'Something went wrong' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The body of every error answer: RFC 9457, `application/problem+json`, plus `code` and `requestId`. */
export interface Problem {
  /** A URI reference that names the kind of problem: `/problems/<code>`. */
  type: string;
  title: string;
  status: number;
  /** One sentence for a person: what happened and what to do next. */
  detail: string;
  /** The path that was asked for. */
  instance: string;
  code: ProblemCode;
  requestId: string;
  /** Seconds to wait before asking again (RFC 9110 section 10.2.3), where waiting helps. */
  retryAfter?: number;
  /** With `link_required`: goes back with the local password (`POST /api/auth/login/link`). Good for 5 minutes, once. */
  linkToken?: string;
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(PROBLEMS, value.code)
  );
}
