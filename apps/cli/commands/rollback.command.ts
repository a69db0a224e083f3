import { type RolledBack, RollbackPlanner, RollbackService, type SessionChoice } from '@cutover/rollout';
import { Command, Option } from 'commander';
import { operator } from '../operator';
import { examples } from '../options';
import { print } from '../output';
import { withCurrentSchema } from '../with-context';
import { withProgress } from '../with-progress';
import { describedRollback, describedRollbackPlan } from './rollback-report';
import { checked } from './rollout/decision';

interface RollbackOptions {
  plan?: boolean;
  dryRun?: boolean;
  reason?: string;
  sessions: SessionChoice;
  acceptLockedOut?: boolean;
}

export function rollbackCommand(): Command {
  return new Command('rollback')
    .description(
      'everybody back to local sign-in: shows what it would meet with, or sets the stage off with a hold; links and pins stay',
    )
    .option('--plan', 'only show: who has no usable local password, who came since, whose sessions are live')
    .option('--dry-run', 'the same as --plan')
    .option('--reason <text>', 'why, for those who read it later; the hold carries it too')
    .addOption(
      new Option('--sessions <choice>', 'what becomes of live external sessions')
        .choices(['keep', 'end'] satisfies SessionChoice[])
        .default('keep'),
    )
    .option('--accept-locked-out', 'go on although people without a usable local password are locked out')
    .addHelpText(
      'after',
      examples(
        'cutover rollback --plan',
        'cutover rollback --reason "the provider loses sign-ins, incident 4711" --sessions keep',
      ),
    )
    .action(async (options: RollbackOptions, command: Command) => {
      if (options.plan || options.dryRun) return showPlan(options, command);
      if (options.reason === undefined)
        command.error('error: say why with --reason TEXT, or only look with --plan');
      print(
        command,
        { dryRun: false, ...(await rollBack(options, options.reason, command)) },
        describedRollback,
      );
    });
}

async function showPlan({ sessions }: RollbackOptions, command: Command): Promise<void> {
  const plan = await withCurrentSchema((context) =>
    context.get(RollbackPlanner, { strict: false }).plan(sessions),
  );
  print(command, { dryRun: true, ...plan }, describedRollbackPlan);
}

function rollBack(
  { sessions, acceptLockedOut = false }: RollbackOptions,
  text: string,
  command: Command,
): Promise<RolledBack> {
  const { reason } = checked({ stage: 'off', reason: text }, {});
  return withProgress(command, (report) =>
    withCurrentSchema((context) =>
      context
        .get(RollbackService, { strict: false })
        .rollBack({ reason, sessions, acceptLockedOut, by: operator(), ...report }),
    ),
  );
}
