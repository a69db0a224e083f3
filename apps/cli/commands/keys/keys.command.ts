import { Command } from 'commander';
import { examples } from '../../options';
import { checkCommand } from './check.command';
import { rotateCommand } from './rotate.command';
import { statusCommand } from './status.command';

export function keysCommand(): Command {
  return new Command('keys')
    .description(
      'The secrets of this deployment: how strong they are, who needs which key, and replacing one.',
    )
    .addHelpText('after', examples('cutover keys check', 'cutover keys status'))
    .addCommand(checkCommand())
    .addCommand(statusCommand())
    .addCommand(rotateCommand());
}
