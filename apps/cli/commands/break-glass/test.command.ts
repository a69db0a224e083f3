import { BreakGlassTest } from '@cutover/auth/break-glass';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';
import { readPassword } from '../users/password';
import { accountName } from './account-name';

export function testCommand(): Command {
  return new Command('test')
    .description(
      'check a break-glass password as sign-in would, without signing in; goes into the audit trail',
    )
    .argument('[name]', 'username')
    .option('--user <name>', 'username')
    .option('--password-stdin', 'read the password from standard input (one line)')
    .addHelpText('after', examples('cutover break-glass test rescue --password-stdin < password.txt'))
    .addHelpText(
      'after',
      '\nIt is no drill: that is a sign-in, with the provider out of reach (docs/break-glass.md).',
    )
    .action(
      async (
        argument: string | undefined,
        options: { user?: string; passwordStdin?: true },
        command: Command,
      ) => {
        const name = accountName(argument, options.user, command);
        if (!options.passwordStdin)
          command.error('error: the password comes from standard input: --password-stdin');
        const password = await readPassword();
        const user = await withCurrentSchema(async (context) => {
          const { id, username, ...rest } = await personCalled(name, context);
          const test = context.get(BreakGlassTest, { strict: false });
          await test.run({ id, username, ...rest }, password, operator().name);
          return { id, username };
        });
        print(command, { user, opens: true }, () => `This password opens ${user.username}.`);
      },
    );
}
