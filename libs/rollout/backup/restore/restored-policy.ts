import { isDeepStrictEqual } from 'node:util';
import { isPromotion } from '../../policy/direction';
import type { RolloutPolicy } from '../../policy/rollout-policy';
import type { BackupHeader } from '../format/records';
import type { RestoreReport } from './restore-report';

/** Characters, as the column holds them. */
const LONGEST_REASON = 500;

const decided = ({ stage, percent, testUserIds, salt, hold }: Omit<RolloutPolicy, 'version'>) => ({
  stage,
  percent,
  testUserIds: [...testUserIds],
  salt,
  hold,
});

/**
 * The decision of a backup as the next one: history is added to. Its salt comes along, or its share would be other
 * people. While a hold stands, only a person opens a stage again, by name: such a decision is not taken over.
 */
export function restoredPolicy(
  now: RolloutPolicy,
  { policy, takenAt }: BackupHeader,
  by: string,
): { outcome: RestoreReport['policy']; next: RolloutPolicy | null } {
  if (isDeepStrictEqual(decided(now), decided(policy))) return { outcome: 'unchanged', next: null };
  if (now.hold && isPromotion(now, policy)) return { outcome: 'kept', next: null };
  const reason = `Restored from the backup of ${new Date(takenAt).toISOString()}: ${policy.reason}`;
  return {
    outcome: 'restored',
    next: {
      ...decided(policy),
      version: now.version + 1,
      changedBy: by,
      changedAt: Date.now(),
      reason: [...reason].slice(0, LONGEST_REASON).join(''),
    },
  };
}
