import type { ProblemError } from '@cutover/contracts';
import {
  ExternalMisconfigured,
  ExternalUnavailable,
  GrantInvalid,
  ProviderQueueFull,
  type RefusalCode,
  RefusedByProvider,
  ThrottledByProvider,
} from '../errors';
import type { UpstreamFailure } from '../upstream-failure';

const BY_REFUSAL: Record<RefusalCode, string> = {
  invalid_credentials:
    'Check the name and the password of the test account, and EXTERNAL_AUTH_USERNAME_DOMAIN. This counted as a failed attempt over there.',
  mfa_required: 'Use a test account that needs no second factor and meets no conditional access policy.',
  password_expired: 'Change the password of the test account over there.',
  account_locked: 'Wait until the lock is over; every try before makes it longer.',
  account_disabled: 'Enable the test account over there, or use another one.',
};

/** By what Node or jose calls it; the first that fits counts. */
const BY_CODE: [RegExp, string][] = [
  [/ENOTFOUND|EAI_AGAIN/, 'The host is not known here: check the address and the name server.'],
  [/ECONNREFUSED/, 'Nobody listens there: check host and port, and that the service runs.'],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, 'No way leads there: check the network and its firewall.'],
  [/ECONNRESET|EPIPE/, 'The connection was broken off: check what stands in between.'],
  [
    /CERT|ALTNAME|SIGNATURE|ISSUER_CERT/,
    'Have the certificate put right; a private authority goes into NODE_EXTRA_CA_CERTS.',
  ],
  [/CLAIM.* iss/, 'Put the issuer of the tokens into EXTERNAL_AUTH_ISSUER, if it is your tenant.'],
  [
    /CLAIM.* aud/,
    'Put the audience of the tokens into EXTERNAL_AUTH_AUDIENCE (of an ID token: EXTERNAL_AUTH_CLIENT_ID), or set EXTERNAL_AUTH_BEARER=session where access tokens are for somebody else.',
  ],
  [/CLAIM.* (nbf|iat|exp)/, 'Check the clocks of both machines.'],
  [
    /ERR_JWKS_NO_MATCHING_KEY/,
    'EXTERNAL_AUTH_JWKS_URL does not list the key that signed: it is of another tenant or service.',
  ],
  [
    /ERR_JW[ST]_INVALID|NOT_CANONICAL/,
    'The token is no JWT that can be read: set EXTERNAL_AUTH_BEARER=session.',
  ],
];

const BY_REASON: [RegExp, string][] = [
  [/^timeout$/, 'It takes longer than EXTERNAL_AUTH_TIMEOUT: find out why, or raise it.'],
  [
    /redirect/,
    'It leads elsewhere, and passwords are not taken along: set EXTERNAL_AUTH_API_URL to where it leads.',
  ],
  [
    /html/,
    'A page answered and no API: check EXTERNAL_AUTH_API_URL and the endpoint settings, and what stands in front.',
  ],
  [/token not accepted/, 'The token is no JWT that can be read: set EXTERNAL_AUTH_BEARER=session.'],
  [/stand-in/, 'This is the development stand-in: set EXTERNAL_AUTH_API_URL to the real one.'],
  [
    /about two people|nothing says who it is|no ID token/,
    'Ask whoever runs the API: its answer does not say who signed in.',
  ],
  [/not active/, 'The API disowns the token that it has just issued: check EXTERNAL_AUTH_VALIDATE_ENDPOINT.'],
  [
    /no access token|token type|empty body|no JSON|body /,
    'The answer is not what the contract says: compare it with the API’s documentation.',
  ],
  [/^http 404$/, 'Nothing is at this address: check the endpoint setting.'],
  [/^http 5/, 'The API has a fault of its own: ask whoever runs it.'],
];

/** What an operator does about a failure. */
export function adviceFor(error: ProblemError): string {
  if (error instanceof RefusedByProvider) return BY_REFUSAL[error.code];
  if (error instanceof ThrottledByProvider)
    return 'The API takes no more attempts just now: wait, then run this again.';
  if (error instanceof GrantInvalid)
    return `The API does not take the ${error.failure.operation === 'refresh' ? 'refresh' : 'access'} token that it has just issued: ask whoever runs it.`;
  if (error instanceof ExternalUnavailable || error instanceof ExternalMisconfigured)
    return adviceOn(error.failure);
  return error instanceof ProviderQueueFull ? 'Run this again.' : error.detail;
}

function adviceOn({ code, reason, aadsts }: UpstreamFailure): string {
  if (aadsts !== undefined)
    return `Look AADSTS${aadsts} up (https://login.microsoftonline.com/error?code=${aadsts}): it is about the API’s registration, not about the person.`;
  const byCode = BY_CODE.find(([pattern]) => pattern.test(code ?? ''));
  const found = byCode ?? BY_REASON.find(([pattern]) => pattern.test(reason));
  return found?.[1] ?? 'Ask whoever runs the API, with this step and the time.';
}
