import { BreakGlassAccounts } from '@cutover/auth/break-glass';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { accountName } from './account-name';

interface Removed {
  dryRun: boolean;
  user: { id: number; username: string };
  sessionsEnded: number;
}

export function removeCommand(): Command {
  return new Command('remove')
    .description('take the break-glass credentials of an account away and end its sessions')
    .argument('[name]', 'username')
    .option('--user <name>', 'username')
    .option('--dry-run', 'say whose they are and change nothing')
    .addHelpText('after', examples('cutover break-glass remove rescue'))
    .addHelpText(
      'after',
      '\nThe person stays and signs in by the ordinary rules again. To keep them out, deactivate them.',
    )
    .action(
      async (
        argument: string | undefined,
        options: { user?: string; dryRun?: boolean },
        command: Command,
      ) => {
        const name = accountName(argument, options.user, command);
        print(command, await remove(name, options.dryRun ?? false), described);
      },
    );
}

function remove(name: string, dryRun: boolean): Promise<Removed> {
  return withCurrentSchema(async (context) => {
    const accounts = context.get(BreakGlassAccounts, { strict: false });
    const credentials = await accounts.named(name);
    const user = { id: credentials.userId, username: credentials.username };
    if (dryRun) return { dryRun, user, sessionsEnded: 0 };
    return { dryRun, user, sessionsEnded: await accounts.remove(credentials, operator().name) };
  });
}

const described = ({ dryRun, user: { username }, sessionsEnded }: Removed) =>
  dryRun
    ? `Would take the break-glass credentials of ${username} away.`
    : `Took the break-glass credentials of ${username} away; ${sessionsEnded} session(s) ended.`;
