import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import type { RolloutPolicy } from '../policy/rollout-policy';
import type { PromotionSchedule, ScheduledStep } from './promotion-schedule';

interface ScheduleRow extends Omit<PromotionSchedule, 'steps'> {
  steps: string;
}

/** Schedules, each stored with the decision that it came with: every process sees the same one. */
@Injectable()
export class PromotionSchedules {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /** The schedule of a decision in force; `null` where it has none, or what it had is over. */
  async of({ version }: Pick<RolloutPolicy, 'version'>): Promise<PromotionSchedule | null> {
    const [row] = await this.database.query<ScheduleRow>(
      `SELECT policy_version AS version, last_version AS lastVersion, steps, set_by AS setBy, set_at AS setAt, reason
       FROM cutover_promotion_schedules WHERE last_version = ?`,
      [version],
    );
    return row ? { ...row, steps: JSON.parse(row.steps) as ScheduledStep[] } : null;
  }

  /**
   * Belongs into the transaction that adds the decision.
   *
   * @param actor as in the audit trail
   */
  async add(policy: RolloutPolicy, steps: readonly ScheduledStep[], actor: string): Promise<void> {
    const { version, changedBy, changedAt, reason } = policy;
    const text = JSON.stringify(steps);
    await this.database.execute(
      `INSERT INTO cutover_promotion_schedules (policy_version, last_version, steps, set_by, set_at, reason)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [version, version, text, changedBy, changedAt, reason],
    );
    await this.audit.record({
      action: 'rollout.scheduled',
      actor,
      subject: 'rollout',
      outcome: 'success',
      detail: { version, steps: text },
    });
  }

  /** A decision of the schedule's own: it goes on from there. Belongs into the transaction that adds the decision. */
  async goOn(schedule: PromotionSchedule, version: number): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_promotion_schedules SET last_version = ? WHERE policy_version = ?`,
      [version, schedule.version],
    );
  }
}
