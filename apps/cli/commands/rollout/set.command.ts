import type { INestApplicationContext } from '@nestjs/common';
import { type Rollout, ValidationFailed } from '@cutover/contracts';
import {
  OPEN_STAGES,
  type OpenStage,
  type RolloutDecision,
  rolloutChangeSchema,
  RolloutService,
  VersionConflict,
} from '@cutover/rollout';
import { Argument, Command } from 'commander';
import { operator } from '../../operator';
import { examples, names, wholeNumber } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { described, isSwitchedOn } from './described';

interface SetOptions {
  users?: string[];
  percent?: number;
  reason: string;
  ifVersion?: number;
  dryRun?: boolean;
}

export function setCommand(): Command {
  return new Command('set')
    .description('open a stage; in force in every process within 5 seconds, live sessions go on')
    .addArgument(new Argument('<stage>', 'the stage').choices(OPEN_STAGES))
    .option(
      '--users <names>',
      'the test users, with commas and no spaces between; kept when not given',
      names,
    )
    .option('--percent <n>', 'kept with the decision for the stage "percent"', wholeNumber(0, 100))
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .option(
      '--if-version <n>',
      'refuse if anybody has decided since this version',
      wholeNumber(0, 999_999_999),
    )
    .option('--without-backup', 'go on without a recent backup (no stage asks for one yet)')
    .option('--dry-run', 'check everything and decide nothing')
    .addHelpText(
      'after',
      examples('cutover rollout set test-users --users grace,ada --reason "first two volunteers"'),
    )
    .action(async (stage: OpenStage, options: SetOptions, command: Command) => {
      const { dryRun = false, ifVersion } = options;
      const decision = decisionFrom(stage, options);
      const { rollout, switchedOn } = await withCurrentSchema(async (context) => ({
        rollout: await decide(context, decision, dryRun, ifVersion),
        switchedOn: isSwitchedOn(context),
      }));
      print(
        command,
        { dryRun, rollout },
        () => (dryRun ? 'Would decide:\n' : '') + described(rollout, switchedOn),
      );
    });
}

function decisionFrom(stage: OpenStage, { users, percent, reason }: SetOptions): RolloutDecision {
  const decision = rolloutChangeSchema.safeParse({
    stage,
    reason,
    ...(users && { testUsers: users }),
    ...(percent !== undefined && { percent }),
  });
  if (!decision.success) throw ValidationFailed.fromIssues(decision.error.issues);
  return decision.data;
}

async function decide(
  context: INestApplicationContext,
  decision: RolloutDecision,
  dryRun: boolean,
  ifVersion: number | undefined,
): Promise<Rollout> {
  const service = context.get(RolloutService, { strict: false });
  const { version } = await service.current();
  if (ifVersion !== undefined && ifVersion !== version) throw new VersionConflict(version);
  return dryRun
    ? service.preview(decision, version, operator())
    : service.change(decision, version, operator());
}
