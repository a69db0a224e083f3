import { Command } from 'commander';
import { examples } from '../../options';
import { rotateCommand } from './rotate.command';
import { statusCommand } from './status.command';

export function keysCommand(): Command {
  return new Command('keys')
    .description(
      'The keys that seal stored tokens (TOKEN_ENCRYPTION_KEYS) and the audit trail (AUDIT_KEYS): who needs which, and replacing one.',
    )
    .addHelpText('after', examples('cutover keys status'))
    .addCommand(statusCommand())
    .addCommand(rotateCommand());
}
