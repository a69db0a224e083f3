import { Injectable } from '@nestjs/common';
import type { Rollout } from '@cutover/contracts';
import { AuditTrail } from '@cutover/operations';
import { SessionEnds } from '@cutover/sessions';
import { actorOf, type Operator } from '../operator';
import { RolloutService } from '../rollout.service';
import { WouldLockOut } from './errors';
import type { RollbackPlan, SessionChoice } from './rollback-plan';
import { RollbackPlanner } from './rollback-planner';

export interface RollbackRequest {
  /** At most 500 characters: that of the decision, and of the hold. */
  reason: string;
  sessions: SessionChoice;
  acceptLockedOut: boolean;
  by: Operator;
  /** How many sessions are to be ended. */
  onStart?(total: number): void;
  onProgress?(done: number): void;
}

/** What was met with, and what was done. */
export interface RolledBack extends RollbackPlan {
  /** The decision in force now. */
  rollout: Rollout;
  /** External sessions. */
  ended: number;
}

/** Everybody back to the local side, in one decision. */
@Injectable()
export class RollbackService {
  constructor(
    private readonly planner: RollbackPlanner,
    private readonly rollout: RolloutService,
    private readonly sessions: SessionEnds,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Sets the stage `off` with a hold, where that is not so already, and ends external sessions where it is wished.
   * Links and pins stay. Can be broken off and run again.
   *
   * @throws WouldLockOut, LocalPasswordsGone, VersionConflict where somebody decided since the plan was made
   */
  async rollBack({ reason, acceptLockedOut, by, ...request }: RollbackRequest): Promise<RolledBack> {
    const plan = await this.planner.plan(request.sessions);
    if (plan.lockedOut.count > 0 && !acceptLockedOut) throw new WouldLockOut(plan.lockedOut);
    const rollout = plan.already
      ? await this.rollout.current()
      : await this.rollout.change({ stage: 'off', reason, hold: reason }, plan.version, by);
    // Only now: whoever is thrown out finds the local side at their next sign-in.
    const ended = request.sessions === 'end' ? await this.end(plan, by, request) : 0;
    if (!plan.already || ended > 0) await this.record(plan, ended, by);
    return { ...plan, rollout, ended };
  }

  private end(
    { liveExternal }: RollbackPlan,
    by: Operator,
    { onStart, onProgress }: Pick<RollbackRequest, 'onStart' | 'onProgress'>,
  ): Promise<number> {
    onStart?.(liveExternal.sessions);
    return this.sessions.endAll({ authMode: 'external' }, 'rolled_back', actorOf(by), onProgress);
  }

  private record(plan: RollbackPlan, ended: number, by: Operator): Promise<void> {
    const { stage, sessions, lockedOut } = plan;
    return this.audit.record({
      action: 'rollout.rolled_back',
      actor: actorOf(by),
      subject: 'rollout',
      outcome: 'success',
      detail: { from: stage, sessions, ended, lockedOut: lockedOut.count },
    });
  }
}
