import type { RolloutPolicy } from '../policy/rollout-policy';

/** One step that opens by itself. */
export interface ScheduledStep {
  stage: 'percent' | 'all';
  /** `null` at the stage `all`. */
  percent: number | null;
  /** Not before, epoch milliseconds. */
  at: number;
}

/** What somebody decided in advance: it holds until anybody, or a guardrail, decides anything else. */
export interface PromotionSchedule {
  /** The decision that it came with. */
  version: number;
  /** The latest decision that is the schedule's own; once another is in force, the schedule is over. */
  lastVersion: number;
  steps: ScheduledStep[];
  setBy: string;
  /** Epoch milliseconds. */
  setAt: number;
  reason: string;
  /** What the next step waits for, in words for the operator, though it is due. */
  waiting: {
    for: string;
    /** Epoch milliseconds. */
    since: number;
  } | null;
}

/** Everybody is more than 100 %: names that no row knows go over there too. */
const width = ({ stage, percent }: Pick<ScheduledStep, 'stage' | 'percent'>) =>
  stage === 'all' ? 101 : (percent ?? 0);

/**
 * Why steps are no schedule for a decision, in words for the operator; `null` where they are.
 *
 * @param now epoch milliseconds
 */
export function scheduleFault(
  steps: readonly ScheduledStep[],
  { stage, percent, hold }: Pick<RolloutPolicy, 'stage' | 'percent' | 'hold'>,
  now: number,
): string | null {
  if (stage !== 'test-users' && stage !== 'percent')
    return `a schedule goes on from the stages test-users and percent, not from ${stage}.`;
  // To lift it later is a decision of its own, which would end the schedule: it could never go on.
  if (hold) return `the rollout is on hold (${hold.reason}): lift that with the same decision.`;
  if (steps.length === 0) return 'a schedule has at least one step.';
  let [before, since] = [stage === 'percent' ? percent : 0, now];
  for (const step of steps) {
    const name = `the step to ${step.stage === 'all' ? 'all' : `${step.percent} %`}`;
    if (step.at <= now) return `${name} lies in the past.`;
    if (step.at <= since) return `${name} is not later than the one before it.`;
    if (width(step) <= before) return `${name} opens no more than what is open before it.`;
    [before, since] = [width(step), step.at];
  }
  return null;
}

/** The steps that are not taken yet, the next one first. */
export const stepsLeft = (
  steps: readonly ScheduledStep[],
  { stage, percent }: Pick<RolloutPolicy, 'stage' | 'percent'>,
): ScheduledStep[] => {
  const reached = stage === 'all' ? 101 : stage === 'percent' ? percent : 0;
  return steps.filter((step) => width(step) > reached);
};
