import { Command } from 'commander';
import { examples } from '../../options';
import { listCommand } from './list.command';
import { revokeCommand } from './revoke.command';

export function sessionsCommand(): Command {
  return new Command('sessions')
    .description('Where somebody is signed in, and how to end it.')
    .addHelpText('after', examples('cutover sessions list --user ada'))
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}
