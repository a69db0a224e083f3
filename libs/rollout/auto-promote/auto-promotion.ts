import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { ProviderCircuits } from '@cutover/external-auth';
import { BackupRequired, VersionConflict } from '../errors';
import type { Evaluation } from '../guardrails/guardrail';
import { GuardrailVerdicts } from '../guardrails/guardrail-verdicts';
import type { Operator } from '../operator';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { RolloutService } from '../rollout.service';
import { type PromotionSchedule, type ScheduledStep, stepsLeft } from './promotion-schedule';
import { PromotionSchedules } from './promotion-schedules';

/** Who takes a scheduled step, as the audit trail and the decision name it. */
const AUTO_PROMOTE: Operator = { userId: null, name: 'auto-promote' };
/** Characters, as the column holds them. */
const LONGEST_REASON = 500;

/** A step that was due, and what came of it. */
export interface DueStep {
  step: ScheduledStep;
  /** What it waits for, in words for the operator; `null` where it was taken. */
  waitsFor: string | null;
}

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
   * not), no hold stands, the circuit of this process is closed, a recent verified backup is there, and the schedule's
   * own decision is the one in force. What speaks against it is looked at again after the next evaluation.
   *
   * @param evaluation the guardrail's, of which all processes together make one in an interval: so of this
   * @returns `null` where no step is due
   * @throws ServiceUnavailable, ExternalMisconfigured
   */
  async afterEvaluation(evaluation: Evaluation): Promise<DueStep | null> {
    const policy = await this.policies.latest();
    const schedule = await this.schedules.of(policy);
    const [step] = schedule ? stepsLeft(schedule.steps, policy) : [];
    const now = await this.verdicts.now();
    if (!schedule || !step || step.at > now) return null;
    const waitsFor = this.obstacle(evaluation, policy) ?? (await this.take(step, schedule, policy));
    // Kept and told once for each reason: a step may wait for days.
    if (waitsFor !== null && waitsFor !== schedule.waiting?.for) {
      await this.schedules.wait(schedule, waitsFor, now);
      this.logger.warn({ ...about(step, schedule), waitsFor }, 'a scheduled step is due and waits');
    }
    return { step, waitsFor };
  }

  private obstacle({ version, verdict, action }: Evaluation, policy: RolloutPolicy): string | null {
    if (version !== policy.version) return 'a verdict on the decision in force: it was made a moment ago';
    if (verdict !== 'healthy' || action !== null) return `a healthy verdict: it is ${verdict}`;
    if (policy.hold) return `the end of the hold: ${policy.hold.reason}`;
    const { state } = this.circuits.status();
    return state === 'closed' ? null : `a closed circuit: it is ${state}`;
  }

  /** @returns what it waits for after all; `null` once it is taken */
  private async take(
    { stage, percent }: ScheduledStep,
    schedule: PromotionSchedule,
    { version: seen }: RolloutPolicy,
  ): Promise<string | null> {
    const by = `(scheduled by ${schedule.setBy} with version ${schedule.version})`;
    const reason = `${[...schedule.reason].slice(0, LONGEST_REASON - [...by].length - 1).join('')} ${by}`;
    const change = { stage, reason, needsBackup: true, ...(percent !== null && { percent }) };
    try {
      await this.database.transaction(async () => {
        const { version } = await this.rollout.change(change, seen, AUTO_PROMOTE);
        await this.schedules.goOn(schedule, version);
      });
      this.logger.warn(about({ stage, percent }, schedule), 'a scheduled step was taken');
      return null;
    } catch (error) {
      if (error instanceof BackupRequired) return 'a recent verified backup';
      if (error instanceof VersionConflict) return 'whoever has decided at the same moment';
      throw error;
    }
  }
}

const about = (
  { stage, percent }: Pick<ScheduledStep, 'stage' | 'percent'>,
  { version, setBy }: PromotionSchedule,
) => ({ stage, percent, setBy, version });
