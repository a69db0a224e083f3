import type { AuthMode } from '@cutover/contracts';
import type { UserRecord } from '@cutover/users';
import type { AccountKnown } from '../evidence/known-accounts';
import { isWithin } from './bucket';
import type { RolloutPolicy } from './rollout-policy';

export type Routed = Pick<UserRecord, 'id' | 'pin' | 'role' | 'externalUserId' | 'breakGlass'>;

/**
 * Which side checks a person's password under a decision. The order is the contract (design section 4): a pin beats
 * every stage but not a break-glass account, and no stage moves an administrator who is not linked, nor anybody whom the
 * external side cannot serve. Nothing that a sync finds brings a linked person back to the local side: whose account is
 * disabled or gone is kept out on both (libs/users, `whyKeptOut`), and what else is wrong with it the external side says.
 *
 * @param user `null` for a name that no row knows
 * @param account `null` while nothing is known of the person over there
 */
export function sideUnder(
  policy: RolloutPolicy,
  user: Routed | null,
  account: AccountKnown | null,
): AuthMode {
  if (user === null) return policy.stage === 'all' ? 'external' : 'local';
  if (user.breakGlass) return 'local';
  if (user.pin !== null) return user.pin;
  if (user.role === 'admin' && user.externalUserId === null) return 'local';
  if (isUnserved(user, account)) return 'local';
  return isReached(policy, user.id) ? 'external' : 'local';
}

/** A linked person has an account there, so that only what a shadow check met with speaks against it. */
const isUnserved = ({ externalUserId }: Routed, account: AccountKnown | null) =>
  externalUserId === null ? account !== null && account !== 'usable' : account === 'refused';

function isReached({ stage, percent, testUserIds, salt }: RolloutPolicy, userId: number): boolean {
  switch (stage) {
    case 'off':
    case 'shadow':
      return false;
    case 'test-users':
      return testUserIds.includes(userId);
    case 'percent':
      return testUserIds.includes(userId) || isWithin(userId, percent, salt);
    case 'all':
      return true;
  }
}
