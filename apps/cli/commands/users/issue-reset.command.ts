import { RolloutService } from '@cutover/rollout';
import { ResetCodes, whyKeptOut } from '@cutover/users';
import { Command } from 'commander';
import { asArgument } from '../../as-argument';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';

export function issueResetCommand(): Command {
  return new Command('issue-reset')
    .description('make a code with which one person chooses a new local password; good once, for 30 minutes')
    .argument('<user>', 'username')
    .option('--dry-run', 'check everything and make no code')
    .addHelpText('after', examples('cutover users issue-reset ada'))
    .action(async (name: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const { username, issued, warning } = await withCurrentSchema(async (context) => {
        const user = await personCalled(name, context);
        const codes = context.get(ResetCodes, { strict: false });
        await codes.assertIssuable(user);
        const side = await context.get(RolloutService, { strict: false }).decidedSideFor(user);
        return {
          username: user.username,
          warning: whyKeptOut(user, 'local')
            ? keptOut(user.username)
            : side === 'external'
              ? notCheckedHere(user.username)
              : null,
          issued: dryRun ? null : await codes.issue(user, operator().name),
        };
      });
      const expiresAt = issued?.expiresAt.toISOString() ?? null;
      print(command, { dryRun, user: username, code: issued?.code ?? null, expiresAt, warning }, () =>
        [
          issued
            ? `${issued.code}\nGood once, until ${expiresAt}, for ${username}. It is not shown again; a new one replaces it.`
            : `Would make a code for ${username}.`,
          ...(warning === null ? [] : [`Warning: ${warning}`]),
        ].join('\n'),
      );
    });
}

const keptOut = (username: string) =>
  `${username} is kept out: their account on the external side is disabled or gone. The portal refuses the code until a ` +
  `sync finds the account enabled, or until "cutover rollout pin ${asArgument(username)} local" lets them in here.`;

const notCheckedHere = (username: string) =>
  `${username} is on the external side: where USE_EXTERNAL_AUTH is true the new password counts only after a rollback or ` +
  `"cutover rollout pin ${asArgument(username)} local". Tell them to go on with the password they use until then.`;
