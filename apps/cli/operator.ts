import { userInfo } from 'node:os';
import type { Operator } from '@cutover/rollout';

/** Who is at the keyboard, for the record of who changed what. */
export function operator(): Operator {
  return { userId: null, name: `cli:${userInfo().username}` };
}
