import { Command } from 'commander';
import { examples } from '../../options';
import { addCommand } from './add.command';
import { issueResetCommand } from './issue-reset.command';
import { listCommand } from './list.command';
import { syncCommand } from './sync.command';
import { undoCommand } from './undo.command';

export function usersCommand(): Command {
  return new Command('users')
    .description('People: add them, list them, link them to their accounts over there.')
    .addHelpText('after', examples('cutover users list --problems'))
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(issueResetCommand())
    .addCommand(syncCommand())
    .addCommand(undoCommand());
}
