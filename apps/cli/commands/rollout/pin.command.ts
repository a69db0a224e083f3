import type { AdminUser, AuthMode, Pin } from '@cutover/contracts';
import { PeopleService } from '@cutover/rollout';
import { Argument, Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';

interface PinOptions {
  dryRun?: boolean;
}

export function pinCommand(): Command {
  return new Command('pin')
    .description('send one person to one side, whatever the stage')
    .argument('<user>', 'username')
    .addArgument(new Argument('<side>', 'local or external').choices(['local', 'external']))
    .option('--dry-run', 'check everything and pin nobody')
    .addHelpText('after', examples('cutover rollout pin ada local'))
    .action(async (username: string, side: AuthMode, options: PinOptions, command: Command) => {
      await setPin(username, side, options, command);
    });
}

export function unpinCommand(): Command {
  return new Command('unpin')
    .description('leave one person to the stage again')
    .argument('<user>', 'username')
    .option('--dry-run', 'check everything and unpin nobody')
    .addHelpText('after', examples('cutover rollout unpin ada'))
    .action(async (username: string, options: PinOptions, command: Command) => {
      await setPin(username, null, options, command);
    });
}

async function setPin(username: string, pin: Pin, { dryRun = false }: PinOptions, command: Command) {
  const user = await withCurrentSchema(async (context) => {
    const { id } = await personCalled(username, context);
    const people = context.get(PeopleService, { strict: false });
    return dryRun ? people.preview(id, { pin }, operator()) : people.change(id, { pin }, operator());
  });
  print(command, { dryRun, user }, () => described(user, dryRun));
}

function described({ username, pin, authMode }: AdminUser, dryRun: boolean): string {
  const change =
    pin === null
      ? `${dryRun ? 'Would unpin' : 'Unpinned'} ${username}.`
      : `${dryRun ? 'Would pin' : 'Pinned'} ${username} to the ${pin} side.`;
  const consequence =
    pin === null || pin === authMode
      ? `The next sign-in goes to the ${authMode} side.`
      : `USE_EXTERNAL_AUTH is false here: until it is true, sign-ins go to the ${authMode} side.`;
  return `${change} ${consequence}`;
}
