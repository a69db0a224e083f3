import { ValidationFailed } from '@cutover/contracts';
import { RolloutPlanner } from '@cutover/rollout';
import { Command } from 'commander';
import { examples } from '../../options';
import { checked, type DecisionOptions, decides, runDecision } from './decision';

export function promoteCommand(): Command {
  const promote = new Command('promote').description(
    'open the next step: off, test users, 5 %, 25 %, everybody; refused while a hold stands',
  );
  return decides(promote)
    .addHelpText('after', examples('cutover rollout promote --reason "a week without a complaint" --dry-run'))
    .action(async (options: DecisionOptions, command: Command) => {
      await runDecision(command, options, async (context) => {
        const step = await context.get(RolloutPlanner, { strict: false }).next();
        if (step) return checked({ ...step, reason: options.reason }, options);
        throw new ValidationFailed({ detail: 'The rollout is at the stage all: nothing is left to open.' });
      });
    });
}
