import type { Stage } from '@cutover/contracts';

/** The decision in force. */
export interface RolloutPolicy {
  version: number;
  stage: Stage;
  percent: number;
  testUserIds: readonly number[];
  changedBy: string;
  /** Epoch milliseconds. */
  changedAt: number;
  reason: string;
}
