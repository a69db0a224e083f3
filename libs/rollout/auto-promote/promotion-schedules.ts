import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import type { RolloutPolicy } from '../policy/rollout-policy';
import type { PromotionSchedule, ScheduledStep } from './promotion-schedule';

interface ScheduleRow extends Omit<PromotionSchedule, 'steps' | 'waiting'> {
  steps: string;
  waitsFor: string | null;
  since: number | null;
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
      `SELECT s.policy_version AS version, last_version AS lastVersion, steps, set_by AS setBy, set_at AS setAt, reason,
              waits_for AS waitsFor, since
       FROM cutover_promotion_schedules s LEFT JOIN cutover_promotion_waits w ON w.policy_version = s.policy_version
       WHERE last_version = ?`,
      [version],
    );
    if (!row) return null;
    const { steps, waitsFor, since, ...schedule } = row;
    return {
      ...schedule,
      steps: JSON.parse(steps) as ScheduledStep[],
      waiting: waitsFor === null || since === null ? null : { for: waitsFor, since },
    };
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

  /** @param waitsFor what the step that is due waits for, in words for the operator */
  async wait({ version }: PromotionSchedule, waitsFor: string, now: number): Promise<void> {
    await this.database.transaction(async () => {
      await this.noWait(version);
      await this.database.execute(
        `INSERT INTO cutover_promotion_waits (policy_version, waits_for, since) VALUES (?, ?, ?)`,
        [version, waitsFor, now],
      );
    });
  }

  /** A decision of the schedule's own: it goes on from there. Belongs into the transaction that adds the decision. */
  async goOn(schedule: PromotionSchedule, version: number): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_promotion_schedules SET last_version = ? WHERE policy_version = ?`,
      [version, schedule.version],
    );
    await this.noWait(schedule.version);
  }

  private async noWait(version: number): Promise<void> {
    await this.database.execute(`DELETE FROM cutover_promotion_waits WHERE policy_version = ?`, [version]);
  }
}
