import { Command } from 'commander';
import { auditCommand } from './commands/audit/audit.command';
import { breakGlassCommand } from './commands/break-glass/break-glass.command';
import { checkApiCommand } from './commands/check-api.command';
import { backupCommand } from './commands/backup/backup.command';
import { restoreCommand } from './commands/backup/restore.command';
import { cleanupCommand } from './commands/cleanup/cleanup.command';
import { databaseCommand } from './commands/database.command';
import { keysCommand } from './commands/keys/keys.command';
import { rehearseCommand } from './commands/rehearse/rehearse.command';
import { rollbackCommand } from './commands/rollback.command';
import { rolloutCommand } from './commands/rollout/rollout.command';
import { sessionsCommand } from './commands/sessions/sessions.command';
import { usersCommand } from './commands/users/users.command';
import { examples } from './options';

export interface ProgramOptions {
  /** Answer wrong usage with an explanation on standard error; scripts get theirs in JSON from {@link run}. */
  explainsMisuse: boolean;
}

export function program(options: ProgramOptions): Command {
  const cli = new Command('cutover')
    .description('Moves people from local passwords to Microsoft Entra ID, in stages that can be taken back.')
    .option('--json', 'answer in JSON, for scripts')
    .addHelpText('after', examples('cutover db migrate', 'cutover rollout status --json'))
    .addHelpText(
      'after',
      '\nSettings come from the environment and .env.local, see .env.example.\n' +
        'Exit codes: 0 done, 1 failed, 2 refused with a reason, 64 wrong usage, 78 configuration.',
    );
  for (const command of [
    databaseCommand(),
    usersCommand(),
    sessionsCommand(),
    rolloutCommand(),
    rollbackCommand(),
    keysCommand(),
    breakGlassCommand(),
    checkApiCommand(),
    backupCommand(),
    restoreCommand(),
    auditCommand(),
    cleanupCommand(),
    rehearseCommand(),
  ]) {
    cli.addCommand(command);
  }
  return configured(cli, options);
}

/** Every command throws instead of exiting, explains itself when misused, and takes `--json` at its end too. */
function configured(command: Command, options: ProgramOptions): Command {
  command.exitOverride().showHelpAfterError('(add --help for how to use it)');
  if (!options.explainsMisuse) command.configureOutput({ writeErr: () => undefined });
  for (const child of command.commands) {
    child.option('--json', 'answer in JSON, for scripts');
    configured(child, options);
  }
  return command;
}
