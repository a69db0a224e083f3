import { BreakGlassAccounts } from '@cutover/auth/break-glass';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';
import { readPassword } from '../users/password';
import { accountName } from './account-name';

interface AddOptions {
  user?: string;
  passwordStdin?: true;
  replace?: boolean;
  dryRun?: boolean;
}

interface Added {
  dryRun: boolean;
  user: { id: number; username: string };
  replaced: boolean;
  /** How many sessions of the account were ended. */
  sessionsEnded: number;
}

export function addCommand(): Command {
  return new Command('add')
    .description(
      'give an active administrator break-glass credentials; from then on these are the only ones that open the account',
    )
    .argument('[name]', 'username')
    .option('--user <name>', 'username')
    .option('--password-stdin', 'read the password from standard input (one line, at least 15 characters)')
    .option('--replace', 'put them in the place of those that the account has')
    .option('--dry-run', 'check everything and change nothing')
    .addHelpText(
      'after',
      examples(
        'cutover break-glass add --user rescue --password-stdin < password.txt',
        'cutover break-glass add --user rescue --replace --password-stdin < new-password.txt',
      ),
    )
    .addHelpText(
      'after',
      '\nUse an account of its own, not one that somebody works with: its sessions end, and neither its former password\n' +
        'nor the external side opens it any more. docs/break-glass.md says how to keep and drill it.',
    )
    .action(async (argument: string | undefined, options: AddOptions, command: Command) => {
      const name = accountName(argument, options.user, command);
      if (!options.passwordStdin)
        command.error('error: the password comes from standard input: --password-stdin');
      const { dryRun = false, replace = false } = options;
      const password = await readPassword();
      print(command, await add(name, { password, replace }, dryRun), described);
    });
}

function add(name: string, wanted: { password: string; replace: boolean }, dryRun: boolean): Promise<Added> {
  return withCurrentSchema(async (context) => {
    const accounts = context.get(BreakGlassAccounts, { strict: false });
    const user = await personCalled(name, context);
    const result = {
      dryRun,
      user: { id: user.id, username: user.username },
      replaced: wanted.replace && user.breakGlass,
    };
    if (dryRun) {
      await accounts.assertAddable(user, wanted);
      return { ...result, sessionsEnded: 0 };
    }
    return { ...result, sessionsEnded: await accounts.add(user, wanted, operator().name) };
  });
}

function described({ dryRun, user: { username }, replaced, sessionsEnded }: Added): string {
  if (dryRun)
    return `Would ${replaced ? 'replace the' : 'give'} break-glass credentials ${replaced ? 'of' : 'to'} ${username}.`;
  return [
    `${replaced ? 'Replaced the break-glass credentials of' : 'Gave break-glass credentials to'} ${username}; ${sessionsEnded} session(s) ended.`,
    'Only this password opens the account from now on, whatever the switch, the stage or the provider.',
    `Try it now: cutover break-glass test ${username} --password-stdin. Sign in with it every 7 days (docs/break-glass.md).`,
  ].join('\n');
}
