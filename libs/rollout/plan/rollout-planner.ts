import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { AuthMode } from '@cutover/contracts';
import { whyKeptOut } from '@cutover/users';
import { Census } from '../evidence/census';
import type { Operator } from '../operator';
import { nextStep, type Step } from '../policy/next-step';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { sideUnder } from '../policy/side';
import { type RolloutDecision, RolloutDecisions } from '../rollout-decisions';
import { type Movement, MovementCount } from './movement';

export interface PlannedMovement extends Movement {
  /** The decision that it starts from. */
  version: number;
  from: Pick<RolloutPolicy, 'stage' | 'percent'>;
  to: Pick<RolloutPolicy, 'stage' | 'percent'>;
}

/** What a decision would do to whom, before anybody makes it. The master switch is not looked at. */
@Injectable()
export class RolloutPlanner {
  constructor(
    private readonly policies: RolloutPolicyStore,
    private readonly decisions: RolloutDecisions,
    private readonly census: Census,
    private readonly settings: SettingsService,
  ) {}

  /** Also for a change that a hold or a missing backup forbids now. @throws ValidationFailed */
  async plan(change: RolloutDecision, by: Operator): Promise<PlannedMovement> {
    const { before, after } = await this.decisions.draft(change, by);
    return this.between(before, after);
  }

  /** The step that comes next; `null` where nothing is left to open. */
  async next(): Promise<Step | null> {
    return nextStep(await this.policies.latest());
  }

  /** What the next step would do; `null` where nothing is left to open. */
  async ahead(): Promise<PlannedMovement | null> {
    const before = await this.policies.latest();
    const step = nextStep(before);
    return step && this.between(before, { ...before, ...step });
  }

  /**
   * How many of those who may sign in do so where, now, and how many may not: `inactive` here, or `left` because their
   * account on the external side is disabled or gone.
   */
  async sidesNow(): Promise<Record<AuthMode | 'inactive' | 'left', number>> {
    const policy = await this.policies.latest();
    const switchedOn = this.settings.get('useExternalAuth', { infer: true });
    const counts = { local: 0, external: 0, inactive: 0, left: 0 };
    for await (const person of this.census.everybody()) {
      const side = switchedOn ? sideUnder(policy, person, person.account) : 'local';
      const why = whyKeptOut(person, side);
      if (why === null) counts[side]++;
      else counts[why.reason === 'inactive' ? 'inactive' : 'left']++;
    }
    return counts;
  }

  private async between(before: RolloutPolicy, after: RolloutPolicy): Promise<PlannedMovement> {
    const count = new MovementCount(before, after);
    for await (const person of this.census.everybody()) count.add(person);
    return {
      version: before.version,
      from: { stage: before.stage, percent: before.percent },
      to: { stage: after.stage, percent: after.percent },
      ...count.movement,
    };
  }
}
