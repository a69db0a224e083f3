export interface AadstsEntry {
  /** RFC 6749 section 5.2, and OIDC Core section 3.1.2.6. */
  error: string;
  status: number;
  text: string;
  /** Entra's hint to clients beside `invalid_grant`. */
  suberror?: string;
}

const credentials = (text: string, suberror?: string): AadstsEntry => ({
  error: 'invalid_grant',
  status: 401,
  text,
  suberror,
});
const grant = (text: string): AadstsEntry => ({ error: 'invalid_grant', status: 400, text });
const client = (error: string, text: string): AadstsEntry => ({ error, status: 400, text });
const transient = (text: string): AadstsEntry => ({ error: 'temporarily_unavailable', status: 400, text });

/** How Entra words the refusals that design and tests name (Microsoft's "AADSTS error codes" page). */
export const AADSTS: Record<number, AadstsEntry> = {
  50126: credentials('Error validating credentials due to invalid username or password.'),
  50056: credentials('Invalid or null password: password does not exist in the directory for this user.'),
  50034: credentials('The user account does not exist in the directory.'),
  51004: credentials('The user account does not exist in the directory.'),
  50053: credentials(
    'The account is locked, you have tried to sign in too many times with an incorrect user ID or password.',
  ),
  50055: credentials('The password is expired.', 'user_password_expired'),
  50144: credentials("The user's Active Directory password has expired.", 'user_password_expired'),
  50057: credentials('The user account is disabled.'),
  50072: credentials(
    'Due to a configuration change, you must enroll in multi-factor authentication.',
    'basic_action',
  ),
  50074: credentials('Strong Authentication is required.', 'basic_action'),
  50076: credentials(
    'Due to a configuration change made by your administrator, you must use multi-factor authentication.',
    'basic_action',
  ),
  50078: credentials(
    'Presented multi-factor authentication has expired due to policies configured by your administrator.',
    'basic_action',
  ),
  50079: credentials(
    'Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.',
    'basic_action',
  ),
  53000: credentials('Device is not in required device state: compliant.', 'message_only'),
  53003: credentials('Access has been blocked by Conditional Access policies.', 'message_only'),
  530035: credentials('Access has been blocked by security defaults.', 'message_only'),
  65001: {
    ...grant('The user or administrator has not consented to use the application.'),
    suberror: 'consent_required',
  },
  50105: grant('The signed in user is not assigned to a role for the application.'),
  700011: client('unauthorized_client', 'Application with that identifier was not found in the directory.'),
  70002: client('invalid_client', 'The request body must contain client_secret or client_assertion.'),
  7000222: client('invalid_client', 'The provided client secret keys are expired.'),
  9001023: client(
    'invalid_request',
    'The grant type is not supported over the /common or /consumers endpoints.',
  ),
  900144: client('invalid_request', 'The request body must contain the required parameters.'),
  700082: grant('The refresh token has expired due to inactivity.'),
  70008: grant('The provided authorization code or refresh token has expired due to inactivity.'),
  70043: grant('The refresh token has expired or is invalid due to sign-in frequency checks.'),
  50173: grant('The provided grant has expired due to it being revoked, a fresh auth token is needed.'),
  50133: grant('Session is invalid due to expiration or recent password change.'),
  700084: grant(
    'The refresh token was issued to a single page app, and therefore has a fixed, limited lifetime.',
  ),
  70000: grant('The provided value for the input parameter refresh_token is not valid.'),
  90006: transient('The service is temporarily unavailable.'),
  90012: transient('The request to the directory service timed out.'),
  90024: transient('A transient error has occurred. Please try again.'),
  90033: transient('A transient error has occurred. Please try again.'),
  90090: transient('The directory is temporarily unavailable.'),
  50033: transient('A transient error has occurred. Please try again.'),
  80001: grant('Authentication Agent unable to connect to Active Directory.'),
  80002: grant('The password validation request timed out.'),
  80014: grant('The validation request responded after the maximum elapsed time was exceeded.'),
  90055: grant('The tenant is throttled because there are too many incoming requests.'),
  50196: grant('The server terminated an operation because it encountered a client request loop.'),
};
