import { Command } from 'commander';
import { examples } from '../../options';
import { noteCommand } from './note.command';
import { pinCommand, unpinCommand } from './pin.command';
import { planCommand } from './plan.command';
import { promoteCommand } from './promote.command';
import { readinessCommand } from './readiness.command';
import { setCommand } from './set.command';
import { statusCommand } from './status.command';
import { verifyCommand } from './verify.command';

export function rolloutCommand(): Command {
  const rollout = new Command('rollout')
    .description('Who signs in on which side: the stage, what it risks, and pins for single people.')
    .addHelpText('after', examples('cutover rollout status'));
  const commands = [
    statusCommand(),
    readinessCommand(),
    planCommand(),
    setCommand(),
    promoteCommand(),
    pinCommand(),
    unpinCommand(),
    verifyCommand(),
    noteCommand(),
  ];
  for (const command of commands) rollout.addCommand(command);
  return rollout;
}
