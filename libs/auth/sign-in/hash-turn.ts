import type { HashTurn } from '@cutover/users';
import { neighbourhoodOf } from '../rate-limits/network';
import type { SignInAttempt } from './sign-in-attempt';

/** Where a password stands in line: known devices by person, everybody else by network. */
export function hashTurnOf({
  user,
  device,
  address,
}: Pick<SignInAttempt, 'user' | 'device' | 'address'>): HashTurn {
  return user !== null && device?.userId === user.id
    ? { lane: 'known-device', share: String(user.id) }
    : { lane: 'stranger', share: neighbourhoodOf(address) };
}
