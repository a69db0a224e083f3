import type { INestApplicationContext } from '@nestjs/common';
import { type Rollout, ValidationFailed } from '@cutover/contracts';
import {
  type PlannedMovement,
  type RolloutDecision,
  rolloutChangeSchema,
  RolloutPlanner,
  RolloutService,
  VersionConflict,
} from '@cutover/rollout';
import { Command, Option } from 'commander';
import { operator } from '../../operator';
import { wholeNumber } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { described, describedMovement, isSwitchedOn } from './described';
import { describedSchedule, scheduleLeft } from './schedule';

export interface DecisionOptions {
  reason: string;
  ifVersion?: number;
  withoutBackup?: true;
  dryRun?: boolean;
}

export interface Decided {
  rollout: Rollout;
  moves: PlannedMovement;
  switchedOn: boolean;
}

/** The options of every command that decides. */
export function decides(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .addOption(
      new Option('--if-version <n>', 'refuse if anybody has decided since this version').argParser(
        wholeNumber(0, 999_999_999),
      ),
    )
    .option('--without-backup', 'go further than the test users without a recent verified backup')
    .option('--dry-run', 'check everything and decide nothing');
}

/** As the HTTP route reads it. @throws ValidationFailed */
export function checked(
  change: { stage: string; percent?: number | undefined; testUsers?: string[] | undefined; reason: string },
  { withoutBackup, liftHold }: { withoutBackup?: true; liftHold?: true },
): RolloutDecision {
  const { stage, percent, testUsers, reason } = change;
  const parsed = rolloutChangeSchema.safeParse({
    stage,
    reason,
    ...(testUsers && { testUsers }),
    ...(percent !== undefined && { percent }),
    ...(liftHold && { liftHold }),
  });
  if (!parsed.success) throw ValidationFailed.fromIssues(parsed.error.issues);
  return { ...parsed.data, needsBackup: !withoutBackup };
}

/** Makes a decision, or says what it would be, with what it does to whom. */
export async function decide(
  context: INestApplicationContext,
  decision: RolloutDecision,
  { dryRun = false, ifVersion }: DecisionOptions,
): Promise<Decided> {
  const rollout = context.get(RolloutService, { strict: false });
  // Counted first: if anybody decides in the meantime, what is said of the change is not true, and it is refused.
  const moves = await context.get(RolloutPlanner, { strict: false }).plan(decision, operator());
  if (ifVersion !== undefined && ifVersion !== moves.version) throw new VersionConflict(moves.version);
  return {
    rollout: dryRun
      ? await rollout.preview(decision, moves.version, operator())
      : await rollout.change(decision, moves.version, operator()),
    moves,
    switchedOn: isSwitchedOn(context),
  };
}

export async function runDecision(
  command: Command,
  options: DecisionOptions,
  decision: (context: INestApplicationContext) => Promise<RolloutDecision> | RolloutDecision,
): Promise<void> {
  const { dryRun = false } = options;
  const { rollout, moves, switchedOn, autoPromote } = await withCurrentSchema(async (context) => {
    const change = await decision(context);
    const decided = await decide(context, change, options);
    const { version, changedAt, changedBy: setBy, reason } = decided.rollout;
    const schedule = change.autoPromote && {
      ...{ version, lastVersion: version, setBy, setAt: Date.parse(changedAt), reason },
      ...{ steps: [...change.autoPromote], waiting: null },
    };
    return { ...decided, autoPromote: scheduleLeft(schedule ?? null, decided.rollout) };
  });
  print(command, { dryRun, rollout, moves, autoPromote }, () =>
    [
      ...(dryRun ? ['Would decide:'] : []),
      described(rollout, switchedOn),
      ...describedSchedule(autoPromote),
      describedMovement(moves),
    ].join('\n'),
  );
}
