import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import {
  type AuthMode,
  type Rollout,
  type RolloutChange,
  type Stage,
  ValidationFailed,
} from '@cutover/contracts';
import { type UserRecord, UserRepository } from '@cutover/users';
import type { RolloutPolicy } from './policy/rollout-policy';
import { RolloutPolicyStore } from './policy/rollout-policy.store';
import { VersionConflict } from './errors';
import { actorOf, type Operator } from './operator';
import { SignInRouting } from './sign-in-routing';

/** The stages that can be opened today. */
export const OPEN_STAGES = ['off', 'test-users', 'all'] as const satisfies readonly Stage[];
export type OpenStage = (typeof OPEN_STAGES)[number];

export interface RolloutDecision extends RolloutChange {
  stage: OpenStage;
}

/** Who signs in where: the decision in force and how it falls out for one person (design section 4). */
@Injectable()
export class RolloutService extends SignInRouting {
  constructor(
    private readonly policies: RolloutPolicyStore,
    private readonly users: UserRepository,
    private readonly settings: SettingsService,
  ) {
    super();
  }

  async sideFor(user: UserRecord | null): Promise<AuthMode> {
    if (!this.settings.get('useExternalAuth', { infer: true })) return 'local';
    return sideUnder(await this.policies.current(), user);
  }

  async current(): Promise<Rollout> {
    return this.describe(await this.policies.latest());
  }

  /**
   * @param expectedVersion the version that the operator saw
   * @throws VersionConflict, ValidationFailed naming test users that do not exist
   */
  async change(change: RolloutDecision, expectedVersion: number, by: Operator): Promise<Rollout> {
    const policy = await this.decide(change, expectedVersion, by);
    await this.policies.add(policy, actorOf(by));
    return this.describe(policy);
  }

  /** What {@link change} would decide, with the same checks. */
  async preview(change: RolloutDecision, expectedVersion: number, by: Operator): Promise<Rollout> {
    return this.describe(await this.decide(change, expectedVersion, by));
  }

  private async decide(
    change: RolloutDecision,
    expectedVersion: number,
    { name: changedBy }: Operator,
  ): Promise<RolloutPolicy> {
    const before = await this.policies.latest();
    if (before.version !== expectedVersion) throw new VersionConflict(before.version);
    const testUserIds = change.testUsers ? await this.idsOf(change.testUsers) : before.testUserIds;
    if (change.stage === 'test-users' && testUserIds.length === 0) {
      throw new ValidationFailed({
        detail:
          'The stage test-users needs at least one test user: name some in testUsers (--users on the command line).',
      });
    }
    return {
      version: expectedVersion + 1,
      stage: change.stage,
      percent: change.percent ?? before.percent,
      testUserIds,
      changedBy,
      changedAt: Date.now(),
      reason: change.reason,
    };
  }

  private async idsOf(usernames: string[]): Promise<number[]> {
    const matches = await Promise.all(usernames.map((name) => this.users.findByUsername(name)));
    const unknown = usernames.filter((_, index) => matches[index]?.outcome !== 'one');
    if (unknown.length > 0) {
      throw new ValidationFailed({
        detail: `These test users name no user, or more than one: ${unknown.join(', ')}.`,
      });
    }
    return [...new Set(matches.flatMap((match) => (match.outcome === 'one' ? [match.user.id] : [])))];
  }

  private async describe(policy: RolloutPolicy): Promise<Rollout> {
    const testUsers = await Promise.all(policy.testUserIds.map((id) => this.users.findById(id)));
    return {
      stage: policy.stage,
      percent: policy.percent,
      testUsers: testUsers.flatMap((user) => (user ? [user.username] : [])),
      version: policy.version,
      changedBy: policy.changedBy,
      changedAt: new Date(policy.changedAt).toISOString(),
      reason: policy.reason,
      hold: null,
    };
  }
}

/** The order is the contract: a pin beats every stage, and no stage moves an administrator who is not linked. */
function sideUnder(policy: RolloutPolicy, user: UserRecord | null): AuthMode {
  if (user === null) return policy.stage === 'all' ? 'external' : 'local';
  if (user.pin !== null) return user.pin;
  if (user.role === 'admin' && user.externalUserId === null) return 'local';
  switch (policy.stage) {
    case 'off':
    case 'shadow':
      return 'local';
    case 'test-users':
    case 'percent':
      return policy.testUserIds.includes(user.id) ? 'external' : 'local';
    case 'all':
      return 'external';
  }
}
