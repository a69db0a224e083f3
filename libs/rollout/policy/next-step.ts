import type { Stage } from '@cutover/contracts';
import type { OpenStage } from './open-stages';

export interface Step {
  stage: OpenStage;
  percent?: number;
}

/** The shares of people that are opened one after another between the test users and everybody. */
const SHARES = [5, 25];

/** The step of off → test-users → 5 → 25 → all that comes after a decision; `null` where nothing is left to open. */
export function nextStep({ stage, percent }: { stage: Stage; percent: number }): Step | null {
  switch (stage) {
    case 'off':
    case 'shadow':
      return { stage: 'test-users' };
    case 'test-users':
      return share(0);
    case 'percent':
      return share(percent);
    case 'all':
      return null;
  }
}

function share(above: number): Step {
  const percent = SHARES.find((candidate) => candidate > above);
  return percent === undefined ? { stage: 'all' } : { stage: 'percent', percent };
}
