import { Command } from 'commander';
import { examples } from '../../options';
import { addCommand } from './add.command';
import { listCommand } from './list.command';

export function usersCommand(): Command {
  return new Command('users')
    .description('People: add them, list them.')
    .addHelpText('after', examples('cutover users list --problems'))
    .addCommand(addCommand())
    .addCommand(listCommand());
}
