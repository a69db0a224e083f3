import { Command } from 'commander';
import { examples } from '../../options';
import { applyCommand } from './apply.command';
import { checkCommand } from './check.command';
import { unsealCommand } from './unseal.command';

export function cleanupCommand(): Command {
  return new Command('cleanup')
    .description(
      'The point of no return: local passwords are sealed away and removed, and local sign-in with them.',
    )
    .addHelpText('after', examples('cutover cleanup check'))
    .addCommand(checkCommand())
    .addCommand(applyCommand())
    .addCommand(unsealCommand());
}
