import { Module } from '@nestjs/common';
import { EarlierRuns } from './plan/earlier-runs';
import { SyncPlanner } from './plan/sync-planner';
import { PlanApplication } from './run/plan-application';
import { RunUndo } from './run/run-undo';
import { SyncLedger } from './run/sync-ledger';

/** Linking people to their accounts from an export, for the command line; the audit module must be there. */
@Module({
  providers: [EarlierRuns, SyncPlanner, SyncLedger, PlanApplication, RunUndo],
  exports: [SyncPlanner, PlanApplication, RunUndo, SyncLedger],
})
export class UserSyncModule {}
