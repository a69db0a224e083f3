import { READINESS_REASONS, type Readiness, type ReadinessReason } from '@cutover/contracts';
import type { AccountKnown } from '../evidence/known-accounts';
import type { Standing } from '../evidence/standing';
import { RISK_BY_FINDING } from '../shadow/shadow-finding';

const BY_ACCOUNT: Record<AccountKnown, ReadinessReason | null> = {
  usable: null,
  none: 'no_external_account',
  gone: 'no_external_account',
  disabled: 'disabled',
  guest: 'guest',
  ambiguous: 'ambiguous',
  refused: null, // what the shadow check found says why
};

/** By the code with which the external side last refused the person. */
const BY_REFUSAL: Partial<Record<string, ReadinessReason>> = {
  account_disabled: 'disabled',
  account_conflict: 'conflict',
  account_locked: 'account_locked',
  password_expired: 'password_expired',
  mfa_required: 'mfa_required',
};

type Known = Pick<
  Standing,
  'active' | 'externalUserId' | 'hasLocalPassword' | 'lastExternalRefusal' | 'account' | 'shadow'
>;

/**
 * What would fail if the person's next sign-in went to the external side, or if they had to come back: the reason that
 * weighs most. `null` where nothing is known against them, and for whoever is kept out on either side.
 */
export function riskOf({
  active,
  account,
  shadow,
  lastExternalRefusal,
  hasLocalPassword,
}: Known): ReadinessReason | null {
  if (!active) return null;
  const reasons = [
    account && BY_ACCOUNT[account],
    shadow && RISK_BY_FINDING[shadow],
    lastExternalRefusal && BY_REFUSAL[lastExternalRefusal],
    hasLocalPassword === false ? 'no_local_password' : null,
  ];
  return READINESS_REASONS.find((reason) => reasons.includes(reason)) ?? null;
}

/** Ready is who is linked: the external side has let them in once, or an operator has said who they are there. */
export function readinessOf(person: Known): Readiness {
  if (!person.active) return 'unknown';
  if (riskOf(person) !== null) return 'at-risk';
  return person.externalUserId === null ? 'unknown' : 'ready';
}
