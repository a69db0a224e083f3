import { RolloutService } from '@cutover/rollout';
import { Command } from 'commander';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { described, isSwitchedOn } from './described';
import { pinCommand, unpinCommand } from './pin.command';
import { setCommand } from './set.command';

export function rolloutCommand(): Command {
  return new Command('rollout')
    .description('Who signs in on which side: the stage, and pins for single people.')
    .addHelpText('after', examples('cutover rollout status'))
    .addCommand(statusCommand())
    .addCommand(setCommand())
    .addCommand(pinCommand())
    .addCommand(unpinCommand());
}

function statusCommand(): Command {
  return new Command('status')
    .description('the stage in force, who decided it, when and why')
    .addHelpText('after', examples('cutover rollout status --json'))
    .action(async (_options, command: Command) => {
      const { rollout, switchedOn } = await withCurrentSchema(async (context) => ({
        rollout: await context.get(RolloutService, { strict: false }).current(),
        switchedOn: isSwitchedOn(context),
      }));
      print(command, rollout, () => described(rollout, switchedOn));
    });
}
