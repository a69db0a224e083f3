import type { ReadinessReason } from '@cutover/contracts';

/**
 * What a shadow check found out about a person, as it is stored.
 *
 * - `opened`: the password opened the account over there, and that account is theirs
 * - `conflict`: it opened an account of which it is not beyond doubt that it is theirs
 * - `password_differs`: there may be an account; the local password is not its
 */
export const SHADOW_FINDINGS = [
  'opened',
  'conflict',
  'no_external_account',
  'account_disabled',
  'account_locked',
  'password_expired',
  'mfa_required',
  'password_differs',
] as const;
export type ShadowFinding = (typeof SHADOW_FINDINGS)[number];

export const RISK_BY_FINDING: Record<ShadowFinding, ReadinessReason | null> = {
  opened: null,
  conflict: 'conflict',
  no_external_account: 'no_external_account',
  account_disabled: 'disabled',
  account_locked: 'account_locked',
  password_expired: 'password_expired',
  mfa_required: 'mfa_required',
  password_differs: 'password_differs',
};
