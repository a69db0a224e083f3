import { INVALID_CREDENTIALS_DETAIL, type ProblemError } from '@cutover/contracts';
import {
  ExternalMisconfigured,
  ExternalUnavailable,
  GrantInvalid,
  REFUSAL_CODES,
  RefusedByProvider,
  ThrottledByProvider,
  type RefusalCode,
} from '../errors';
import type { UpstreamAnswer } from '../transport/provider-http';
import type { Operation, UpstreamFailure } from '../upstream-failure';
import type { RefusalClass } from './aadsts-classes';
import { classifyRefusal, requestIdsOf } from './classify-refusal';

type AboutPerson = RefusalCode | 'blocked_by_policy';

/** What the person reads at a sign-in. */
const DETAILS: Record<AboutPerson, string> = {
  invalid_credentials: INVALID_CREDENTIALS_DETAIL,
  mfa_required: 'Your account needs a second factor, which this page cannot ask for. Contact your help desk.',
  password_expired: 'Your organisation’s password has expired. Change it there, then sign in here again.',
  account_locked: 'Your account is locked for a while after too many attempts. Wait, then try again.',
  account_disabled: 'Your account is disabled in your organisation. Contact your help desk.',
  blocked_by_policy:
    'Your organisation asks for more than a password here, such as a managed device or a known place. Contact your help desk.',
};

/** The error for an answer outside 2xx. */
export function refusalError(operation: Operation, answer: UpstreamAnswer): ProblemError {
  const { class: refusal, aadsts, addressBlocked, by } = classifyRefusal(answer);
  const failure: UpstreamFailure = {
    operation,
    reason: `http ${answer.status}`,
    httpStatus: answer.status,
    // Any other 5xx, though whole, may have come after the work was done.
    answered: answer.status < 500 || answer.status === 503 || by === 'number',
    ...(aadsts === undefined ? {} : { aadsts }),
    ...(addressBlocked && { addressBlocked }),
    ...requestIdsOf(answer),
  };
  if (refusal === 'misconfigured') return new ExternalMisconfigured(failure);
  if (refusal === 'transient') return new ExternalUnavailable(failure, answer.retryAfter);
  if (refusal === 'throttled') return new ThrottledByProvider(failure, answer.retryAfter);
  // A grant that nobody called dead lives: a bare 401 says as little of it as a proxy's page would.
  if (operation === 'refresh' && by === 'status') return new ExternalMisconfigured(failure);
  return operation === 'login'
    ? refusedSignIn(refusal, failure)
    : new GrantInvalid(failure, reasonOf(refusal));
}

function refusedSignIn(refusal: AboutPerson | 'grant_dead', failure: UpstreamFailure): RefusedByProvider {
  const about = refusal === 'grant_dead' ? 'invalid_credentials' : refusal; // no grant is at stake at a sign-in
  return new RefusedByProvider(codeOf(about), DETAILS[about], failure);
}

/**
 * Conditional access has no code of its own. Of the stable ones `mfa_required` is nearest to the truth (the account
 * wants more than a password) and leads to the right door; "disabled" would be false, and retrying is pointless.
 */
const codeOf = (about: AboutPerson): RefusalCode => (about === 'blocked_by_policy' ? 'mfa_required' : about);

/** At a refresh the neutral refusal says nothing about the person: the grant is simply dead. */
function reasonOf(
  refusal: Exclude<RefusalClass, 'misconfigured' | 'transient' | 'throttled'>,
): RefusalCode | null {
  if (refusal === 'grant_dead' || refusal === 'invalid_credentials') return null;
  const code = codeOf(refusal);
  return REFUSAL_CODES.includes(code) ? code : null;
}
