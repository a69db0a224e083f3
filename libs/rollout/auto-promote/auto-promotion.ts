import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { ProviderCircuits } from '@cutover/external-auth';
import { BackupRequired, PromotionOnHold, VersionConflict } from '../errors';
import type { Evaluation } from '../guardrails/guardrail';
import { GuardrailVerdicts } from '../guardrails/guardrail-verdicts';
import type { Operator } from '../operator';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { RolloutService } from '../rollout.service';
import { type ScheduledStep, stepsLeft } from './promotion-schedule';
import { PromotionSchedules } from './promotion-schedules';

/** Who takes a scheduled step, as the audit trail and the decision name it. */
const AUTO_PROMOTE: Operator = { userId: null, name: 'auto-promote' };
/** Characters, as the column holds them. */
const LONGEST_REASON = 500;

/** Takes the steps that an operator has scheduled, each only on evidence. */
@Injectable()
export class AutoPromotion {
  private readonly logger = new Logger(AutoPromotion.name);

  constructor(
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
    private readonly schedules: PromotionSchedules,
    private readonly rollout: RolloutService,
    private readonly verdicts: GuardrailVerdicts,
    private readonly circuits: ProviderCircuits,
  ) {}

  /**
   * Takes the next step where it is due, and nothing speaks against it: the verdict just made is healthy (inconclusive is
   * not), no hold stands, the circuit is closed, a recent verified backup is there, and the schedule's own decision is
   * the one in force. What speaks against it is looked at again after the next evaluation.
   *
   * @param evaluation the guardrail's, of which all processes together make one in an interval: so of this
   * @returns the step, or `null`
   */
  async afterEvaluation({ verdict, action }: Evaluation): Promise<ScheduledStep | null> {
    const policy = await this.policies.latest();
    const schedule = await this.schedules.of(policy);
    const [step] = schedule ? stepsLeft(schedule.steps, policy) : [];
    if (!schedule || !step || step.at > (await this.verdicts.now())) return null;
    if (verdict !== 'healthy' || action !== null) return this.wait(step, `the verdict is ${verdict}`);
    if (policy.hold) return this.wait(step, 'a hold stands');
    if (this.circuits.status().state !== 'closed') return this.wait(step, 'the circuit is not closed');
    const by = `(scheduled by ${schedule.setBy} with version ${schedule.version})`;
    const reason = `${[...schedule.reason].slice(0, LONGEST_REASON - by.length - 1).join('')} ${by}`;
    const { stage, percent } = step;
    try {
      await this.database.transaction(async () => {
        const change = { stage, reason, needsBackup: true, ...(percent !== null && { percent }) };
        const { version } = await this.rollout.change(change, policy.version, AUTO_PROMOTE);
        await this.schedules.goOn(schedule, version);
      });
    } catch (error) {
      if (error instanceof BackupRequired) return this.wait(step, 'there is no recent verified backup');
      if (error instanceof PromotionOnHold || error instanceof VersionConflict)
        return this.wait(step, 'somebody else has decided');
      throw error;
    }
    this.logger.warn({ stage, percent, setBy: schedule.setBy }, 'a scheduled step was taken');
    return step;
  }

  private wait({ stage, percent }: ScheduledStep, why: string): null {
    this.logger.warn({ stage, percent, why }, 'a scheduled step is due and waits');
    return null;
  }
}
