import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { VersionConflict } from '../errors';
import type { RolloutPolicy } from './rollout-policy';
import type { RolloutPolicyEntity } from './rollout-policy.entity';

/** Milliseconds. A change made by another process is in force here within this time (design section 4: 5 s). */
const CACHE_TIME = 2000;

@Injectable()
export class RolloutPolicyStore {
  private cached: { policy: RolloutPolicy; until: number } | null = null;
  /** Decisions that this process has made: what was read while one was on its way may be older than it. */
  private decisions = 0;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /** The decision in force, at most {@link CACHE_TIME} old. */
  async current(): Promise<RolloutPolicy> {
    if (this.cached && Date.now() < this.cached.until) return this.cached.policy;
    return this.latest();
  }

  /** The decision in force, read now. */
  async latest(): Promise<RolloutPolicy> {
    const decisions = this.decisions;
    const [policy] = await this.history(1);
    if (!policy)
      throw new Error(
        'cutover_rollout_policies is empty; the schema step that makes it puts version 0 there',
      );
    // A transaction may see the past, or what comes to nothing.
    const isInForce = !this.database.isInTransaction && decisions === this.decisions;
    return isInForce ? this.remember(policy) : policy;
  }

  /** Decisions, newest first. */
  async history(most: number): Promise<RolloutPolicy[]> {
    const rows = await this.database.query<RolloutPolicyEntity>(
      `SELECT version, stage, percent, test_users AS testUsers, changed_by AS changedBy, changed_at AS changedAt, reason,
         salt, hold_reason AS holdReason, hold_since AS holdSince
       FROM cutover_rollout_policies ORDER BY version DESC LIMIT ?`,
      [most],
    );
    return rows.map(toPolicy);
  }

  /**
   * Adds the next version. Versions are the primary key, so of two operators who saw the same one only the first gets it.
   *
   * @param actor as in the audit trail
   * @throws VersionConflict
   */
  async add(policy: RolloutPolicy, actor: string): Promise<void> {
    const latest = await this.latest();
    if (policy.version !== latest.version + 1) throw new VersionConflict(latest.version);
    const added = await this.database.transaction(async () => {
      if (!(await this.insert(policy))) return false;
      const { version, stage, percent, reason, hold } = policy;
      await this.audit.record({
        action: 'rollout.changed',
        actor,
        subject: 'rollout',
        outcome: 'success',
        detail: {
          version,
          stage,
          percent,
          testUsers: policy.testUserIds.length,
          reason,
          hold: hold && hold.reason,
        },
      });
      return true;
    });
    if (!added) throw new VersionConflict(policy.version);
    // Inside somebody else's transaction it may yet come to nothing: read again then.
    this.database.afterwards(() => {
      this.decisions += 1;
      this.cached = null;
    });
  }

  /** @returns false where somebody else was faster */
  private async insert(policy: RolloutPolicy): Promise<boolean> {
    const { affected } = await this.database.execute(
      `INSERT ${this.database.engine === 'mysql' ? 'IGNORE' : 'OR IGNORE'}
       INTO cutover_rollout_policies
         (version, stage, percent, test_users, changed_by, changed_at, reason, salt, hold_reason, hold_since)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        policy.version,
        policy.stage,
        policy.percent,
        JSON.stringify(policy.testUserIds),
        policy.changedBy,
        policy.changedAt,
        policy.reason,
        policy.salt,
        policy.hold?.reason ?? null,
        policy.hold?.since ?? null,
      ],
    );
    return affected === 1;
  }

  private remember(policy: RolloutPolicy): RolloutPolicy {
    this.cached = { policy, until: Date.now() + CACHE_TIME };
    return policy;
  }
}

function toPolicy({ testUsers, holdReason, holdSince, ...row }: RolloutPolicyEntity): RolloutPolicy {
  return {
    ...row,
    testUserIds: JSON.parse(testUsers) as number[],
    hold: holdReason === null ? null : { reason: holdReason, since: holdSince ?? row.changedAt },
  };
}
