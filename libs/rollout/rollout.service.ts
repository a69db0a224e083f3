import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { AuthMode, Rollout } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { LocalPasswords, type UserRecord, UserRepository } from '@cutover/users';
import type { PromotionSchedule } from './auto-promote/promotion-schedule';
import { PromotionSchedules } from './auto-promote/promotion-schedules';
import { type AccountKnown, KnownAccounts } from './evidence/known-accounts';
import { actorOf, type Operator } from './operator';
import type { RolloutPolicy } from './policy/rollout-policy';
import { RolloutPolicyStore } from './policy/rollout-policy.store';
import { type Routed, sideUnder } from './policy/side';
import { type RolloutDecision, RolloutDecisions } from './rollout-decisions';
import { SignInRouting } from './sign-in-routing';

/** What monitoring wants to know of a decision. */
export type RolloutState = Pick<RolloutPolicy, 'stage' | 'percent' | 'hold' | 'version'>;

/** Who signs in where: the decision in force and how it falls out for one person (design section 4). */
@Injectable()
export class RolloutService extends SignInRouting {
  constructor(
    private readonly policies: RolloutPolicyStore,
    private readonly decisions: RolloutDecisions,
    private readonly users: UserRepository,
    private readonly passwords: LocalPasswords,
    private readonly accounts: KnownAccounts,
    private readonly settings: SettingsService,
    private readonly schedules: PromotionSchedules,
    private readonly database: Database,
  ) {
    super();
  }

  async sideFor(user: UserRecord | null): Promise<AuthMode> {
    return this.isSwitchedOn() ? this.decidedSideFor(user) : 'local';
  }

  async sideOf(user: Routed | null, account: AccountKnown | null): Promise<AuthMode> {
    return this.isSwitchedOn() ? this.decidedSideOf(user, account) : 'local';
  }

  /** As {@link sideFor}, wherever `USE_EXTERNAL_AUTH` is on: a command line may not know how the API is set. */
  async decidedSideFor(user: UserRecord | null): Promise<AuthMode> {
    const side = await this.decidedSideOf(user, null);
    // What is known of a person over there can only keep them here: it is asked for where that changes something.
    if (side === 'local' || user === null || user.pin !== null) return side;
    return this.decidedSideOf(user, (await this.accounts.of(user.id)).account);
  }

  private isSwitchedOn(): boolean {
    return this.settings.get('useExternalAuth', { infer: true });
  }

  private async decidedSideOf(user: Routed | null, account: AccountKnown | null): Promise<AuthMode> {
    // After the clean-up neither stage nor pin can keep anybody here; break-glass accounts have credentials of their own.
    if (!(await this.passwords.exist())) return user?.breakGlass ? 'local' : 'external';
    return sideUnder(await this.policies.current(), user, account);
  }

  /** The decision in force, at most two seconds old. @throws ServiceUnavailable */
  async inForce(): Promise<RolloutState> {
    const { stage, percent, hold, version } = await this.policies.current();
    return { stage, percent, hold, version };
  }

  async current(): Promise<Rollout> {
    return this.describe(await this.policies.latest());
  }

  /**
   * @param expectedVersion the version that the operator saw
   * @throws VersionConflict, ValidationFailed naming test users that do not exist, PromotionOnHold, BackupRequired
   */
  async change(change: RolloutDecision, expectedVersion: number, by: Operator): Promise<Rollout> {
    const policy = await this.decisions.decide(change, expectedVersion, by);
    const { autoPromote } = change;
    await this.database.transaction(async () => {
      await this.policies.add(policy, actorOf(by));
      if (autoPromote) await this.schedules.add(policy, autoPromote, actorOf(by));
    });
    return this.describe(policy);
  }

  /** By which the rollout goes on by itself from the decision in force; `null` where a person has to. */
  async schedule(): Promise<PromotionSchedule | null> {
    return this.schedules.of(await this.policies.latest());
  }

  /** What {@link change} would decide, with the same checks. */
  async preview(change: RolloutDecision, expectedVersion: number, by: Operator): Promise<Rollout> {
    return this.describe(await this.decisions.decide(change, expectedVersion, by));
  }

  private async describe({ hold, ...policy }: RolloutPolicy): Promise<Rollout> {
    const testUsers = await Promise.all(policy.testUserIds.map((id) => this.users.findById(id)));
    return {
      stage: policy.stage,
      percent: policy.percent,
      testUsers: testUsers.flatMap((user) => (user ? [user.username] : [])),
      version: policy.version,
      changedBy: policy.changedBy,
      changedAt: new Date(policy.changedAt).toISOString(),
      reason: policy.reason,
      hold: hold && { reason: hold.reason, since: new Date(hold.since).toISOString() },
    };
  }
}
