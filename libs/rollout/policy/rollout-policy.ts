import type { Stage } from '@cutover/contracts';

/** The decision in force. */
export interface RolloutPolicy {
  version: number;
  stage: Stage;
  /** Counts at the stage `percent` only, and is kept at the others. */
  percent: number;
  testUserIds: readonly number[];
  changedBy: string;
  /** Epoch milliseconds. */
  changedAt: number;
  reason: string;
  /** Who belongs to which share of people follows from it; the same for all versions. */
  salt: string;
  /** Stops promotion until a person lifts it. */
  hold: RolloutHold | null;
}

export interface RolloutHold {
  reason: string;
  /** Epoch milliseconds. */
  since: number;
}
