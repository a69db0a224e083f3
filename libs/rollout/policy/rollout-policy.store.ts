import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { VersionConflict } from '../errors';
import type { RolloutPolicy } from './rollout-policy';
import type { RolloutPolicyEntity } from './rollout-policy.entity';

/** Milliseconds. A change made by another process is in force here within this time (design section 4: 5 s). */
const CACHE_TIME = 2000;

@Injectable()
export class RolloutPolicyStore {
  private cached: { policy: RolloutPolicy; until: number } | null = null;

  constructor(private readonly database: Database) {}

  /** The decision in force, at most {@link CACHE_TIME} old. */
  async current(): Promise<RolloutPolicy> {
    if (this.cached && Date.now() < this.cached.until) return this.cached.policy;
    return this.latest();
  }

  /** The decision in force, read now. */
  async latest(): Promise<RolloutPolicy> {
    const [row] = await this.database.query<RolloutPolicyEntity>(
      `SELECT version, stage, percent, test_users AS testUsers, changed_by AS changedBy, changed_at AS changedAt, reason
       FROM cutover_rollout_policies ORDER BY version DESC LIMIT 1`,
    );
    if (!row)
      throw new Error(
        'cutover_rollout_policies is empty; the schema step that makes it puts version 0 there',
      );
    return this.remember(toPolicy(row));
  }

  /**
   * Adds the next version. Versions are the primary key, so of two operators who saw the same one only the first gets it.
   *
   * @throws VersionConflict
   */
  async add(policy: RolloutPolicy): Promise<void> {
    const latest = await this.latest();
    if (policy.version !== latest.version + 1) throw new VersionConflict(latest.version);
    const { affected } = await this.database.execute(
      `INSERT ${this.database.engine === 'mysql' ? 'IGNORE' : 'OR IGNORE'}
       INTO cutover_rollout_policies (version, stage, percent, test_users, changed_by, changed_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        policy.version,
        policy.stage,
        policy.percent,
        JSON.stringify(policy.testUserIds),
        policy.changedBy,
        policy.changedAt,
        policy.reason,
      ],
    );
    if (affected === 0) throw new VersionConflict((await this.latest()).version);
    this.remember(policy);
  }

  private remember(policy: RolloutPolicy): RolloutPolicy {
    this.cached = { policy, until: Date.now() + CACHE_TIME };
    return policy;
  }
}

function toPolicy(row: RolloutPolicyEntity): RolloutPolicy {
  const { testUsers, ...rest } = row;
  return { ...rest, testUserIds: JSON.parse(testUsers) as number[] };
}
