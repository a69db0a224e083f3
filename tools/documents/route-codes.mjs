/**
 * Which problem codes a route answers with beside those that every route of its kind has: OpenAPI 3.1 as it is
 * generated says "every error" once. apps/api/codes.spec.ts meets each code; this says where a caller has to expect it.
 *
 * @type {Record<string, string[]>}
 */
export const ROUTE_CODES = {
  'GET /metrics': ['forbidden'],
  'PUT /api/admin/rollout': ['version_required', 'version_conflict'],
  'PATCH /api/admin/users/{id}': ['not_found'],
  'DELETE /api/admin/users/{id}/sessions': ['not_found'],
  'POST /api/auth/login': [
    'forbidden',
    'link_required',
    'invalid_credentials',
    'mfa_required',
    'password_expired',
    'account_locked',
    'account_disabled',
    'account_conflict',
    'rate_limited',
    'service_busy',
    'external_unavailable',
    'external_misconfigured',
  ],
  'POST /api/auth/login/link': [
    'forbidden',
    'sign_in_expired',
    'invalid_credentials',
    'account_conflict',
    'rate_limited',
    'service_busy',
  ],
  'POST /api/auth/refresh': [
    'forbidden',
    'not_authenticated',
    'session_expired',
    'session_reused',
    'rate_limited',
    'external_unavailable',
  ],
  'POST /api/auth/logout': ['forbidden'],
  'DELETE /api/auth/sessions': ['forbidden'],
  'DELETE /api/auth/sessions/{id}': ['forbidden', 'not_found'],
  'POST /api/auth/trouble': ['forbidden', 'rate_limited'],
  'POST /api/auth/reset': ['forbidden', 'invalid_credentials', 'rate_limited', 'service_busy'],
};

/** Of every route. */
export const COMMON = ['validation_failed', 'method_not_allowed', 'service_unavailable', 'internal_error'];
/** Of routes that read a body. */
export const WITH_BODY = ['payload_too_large', 'unsupported_media_type'];
/** Of routes that ask for a bearer. */
export const WITH_BEARER = ['not_authenticated', 'token_invalid', 'session_expired', 'session_reused'];
