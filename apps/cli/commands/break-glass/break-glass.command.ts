import { Command } from 'commander';
import { examples } from '../../options';
import { addCommand } from './add.command';
import { listCommand } from './list.command';
import { removeCommand } from './remove.command';
import { testCommand } from './test.command';

export function breakGlassCommand(): Command {
  return new Command('break-glass')
    .description(
      'Accounts for an emergency: they sign in locally whatever the switch, the stage or the provider.',
    )
    .addHelpText('after', examples('cutover break-glass list'))
    .addCommand(addCommand())
    .addCommand(testCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}
