import { Injectable } from '@nestjs/common';
import { type RolloutChange, ValidationFailed } from '@cutover/contracts';
import { LocalPasswords, UserRepository } from '@cutover/users';
import { type ScheduledStep, scheduleFault } from './auto-promote/promotion-schedule';
import { LastVerifiedBackup } from './backup/last-verified-backup';
import { PromotionOnHold, VersionConflict } from './errors';
import type { Operator } from './operator';
import { isPastTestUsers, isPromotion } from './policy/direction';
import type { OpenStage } from './policy/open-stages';
import type { RolloutHold, RolloutPolicy } from './policy/rollout-policy';
import { RolloutPolicyStore } from './policy/rollout-policy.store';

/** What the wire contract lets an operator ask for, and what only parts of this program ask for. */
export interface RolloutDecision extends RolloutChange {
  stage: OpenStage;
  /** Sets a hold with this reason, in the place of one that stands. */
  hold?: string;
  /** Steps that open by themselves later on, until anybody decides anything else. */
  autoPromote?: readonly ScheduledStep[];
  /** Refuses to go further than the test users without a recent verified backup. */
  needsBackup?: boolean;
}

/** Turns what was asked for into the next decision, with every check. */
@Injectable()
export class RolloutDecisions {
  constructor(
    private readonly policies: RolloutPolicyStore,
    private readonly users: UserRepository,
    private readonly passwords: LocalPasswords,
    private readonly backups: LastVerifiedBackup,
  ) {}

  /**
   * The decision in force, and what a change would make of it if neither a hold nor a missing backup forbade it now.
   *
   * @throws ValidationFailed, LocalPasswordsGone
   */
  async draft(
    change: RolloutDecision,
    by: Operator,
  ): Promise<{ before: RolloutPolicy; after: RolloutPolicy }> {
    const before = await this.policies.latest();
    return { before, after: await this.nextOf(before, change, by) };
  }

  /**
   * The next decision.
   *
   * @param expectedVersion the version that the operator saw
   * @throws VersionConflict, ValidationFailed, PromotionOnHold, BackupRequired, LocalPasswordsGone
   */
  async decide(change: RolloutDecision, expectedVersion: number, by: Operator): Promise<RolloutPolicy> {
    const before = await this.policies.latest();
    if (before.version !== expectedVersion) throw new VersionConflict(before.version);
    const after = await this.nextOf(before, change, by);
    const fault = change.autoPromote && scheduleFault(change.autoPromote, after, after.changedAt);
    if (fault)
      throw new ValidationFailed({ detail: `autoPromote (--auto-promote on the command line): ${fault}` });
    if (isPromotion(before, after)) {
      if (before.hold && !change.liftHold) throw new PromotionOnHold(before.hold);
      if (change.needsBackup && isPastTestUsers(after))
        await this.backups.assertRecent('Going further than the test users');
    }
    return after;
  }

  private async nextOf(
    before: RolloutPolicy,
    change: RolloutDecision,
    { name: changedBy }: Operator,
  ): Promise<RolloutPolicy> {
    // After the clean-up there is one side only, and no stage that could say otherwise.
    await this.passwords.assertExist();
    const testUserIds = change.testUsers ? await this.idsOf(change.testUsers) : before.testUserIds;
    if (change.stage === 'test-users' && testUserIds.length === 0) {
      throw new ValidationFailed({
        detail:
          'The stage test-users needs at least one test user: name some in testUsers (--users on the command line).',
      });
    }
    if (change.stage === 'percent' && !change.percent) {
      throw new ValidationFailed({
        detail: 'percent: the stage percent needs a share from 1 to 100 (--percent on the command line).',
      });
    }
    const changedAt = Date.now();
    return {
      version: before.version + 1,
      stage: change.stage,
      percent: change.percent ?? before.percent,
      testUserIds,
      changedBy,
      changedAt,
      reason: change.reason,
      salt: before.salt,
      hold: holdAfter(before.hold, change, changedAt),
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
}

function holdAfter(
  before: RolloutHold | null,
  { hold, liftHold }: RolloutDecision,
  now: number,
): RolloutHold | null {
  if (hold !== undefined) return { reason: hold, since: now };
  return liftHold ? null : before;
}
