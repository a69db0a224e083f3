import { STAGES } from '@cutover/contracts';
import type { RolloutPolicy } from './rollout-policy';

type Decided = Pick<RolloutPolicy, 'stage' | 'percent' | 'testUserIds'>;

/** Whether a decision opens the rollout further than the one before it: what a hold stops, and a backup should precede. */
export function isPromotion(before: Decided, after: Decided): boolean {
  const steps = STAGES.indexOf(after.stage) - STAGES.indexOf(before.stage);
  if (steps !== 0) return steps > 0;
  switch (after.stage) {
    case 'off':
    case 'shadow':
    case 'all':
      return false;
    case 'test-users':
      return addsTestUsers(before, after);
    case 'percent':
      return after.percent > before.percent || addsTestUsers(before, after);
  }
}

const addsTestUsers = (before: Decided, after: Decided) =>
  after.testUserIds.some((id) => !before.testUserIds.includes(id));

/** Whether a decision reaches more than people who were asked by name. */
export const isPastTestUsers = ({ stage }: Pick<Decided, 'stage'>) =>
  STAGES.indexOf(stage) > STAGES.indexOf('test-users');
