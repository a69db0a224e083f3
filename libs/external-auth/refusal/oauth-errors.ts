import type { RefusalClass } from './aadsts-classes';

export interface OauthError {
  class: RefusalClass;
  /** A known AADSTS number says it more exactly, or says better. */
  refinable: boolean;
}

const client: OauthError = { class: 'misconfigured', refinable: false };

/**
 * What `error` decides (RFC 6749 sections 4.1.2.1 and 5.2, OIDC Core section 3.1.2.6). An outage is refinable, so
 * that a refusal in an outage's clothes opens no fallback.
 */
export const OAUTH_ERRORS: ReadonlyMap<string, OauthError> = new Map<string, OauthError>([
  ['invalid_grant', { class: 'invalid_credentials', refinable: true }],
  ['interaction_required', { class: 'mfa_required', refinable: true }],
  ['login_required', { class: 'invalid_credentials', refinable: true }],
  ['access_denied', { class: 'invalid_credentials', refinable: true }],
  ['consent_required', client],
  ['invalid_client', client],
  ['unauthorized_client', client],
  ['unsupported_grant_type', client],
  ['invalid_scope', client],
  ['invalid_resource', client],
  ['invalid_request', { class: 'misconfigured', refinable: true }],
  ['temporarily_unavailable', { class: 'transient', refinable: true }],
  ['server_error', { class: 'transient', refinable: true }],
  ['slow_down', { class: 'throttled', refinable: false }],
]);
