import { type BreakGlassAccount, BreakGlassAccounts, type BreakGlassState } from '@cutover/auth/break-glass';
import { Command } from 'commander';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';

/** Milliseconds after which a drill counts no more. */
const DRILL_HOLDS = 7 * 86_400_000;

const STATES: Record<BreakGlassState, string> = {
  ready: 'ready',
  inactive: 'opens nothing: the account is inactive',
  not_admin: 'opens nothing: the account is no administrator any more',
  renamed: 'opens nothing: the row has another name now; remove these and add new ones',
  ambiguous: 'opens nothing: another row has this name too; rename one',
  gone: 'opens nothing: the row was deleted; remove these',
};

export function listCommand(): Command {
  return new Command('list')
    .description(
      'who has break-glass credentials, whether they would open the account, and when that was last seen',
    )
    .addHelpText('after', examples('cutover break-glass list --json'))
    .action(async (_options: object, command: Command) => {
      const items = await withCurrentSchema((context) =>
        context.get(BreakGlassAccounts, { strict: false }).list(),
      );
      print(command, { items }, ({ items: accounts }) => described(accounts));
    });
}

function described(accounts: BreakGlassAccount[], now = Date.now()): string {
  if (accounts.length === 0)
    return 'Nobody has break-glass credentials. Give some to an account for it: cutover break-glass add --help';
  return table(
    ['ID', 'USERNAME', 'STATE', 'LAST SIGN-IN', 'LAST DRILL', 'LAST TEST'],
    accounts.map((account) => [
      String(account.userId),
      account.username,
      STATES[account.state],
      day(account.lastSignInAt),
      account.lastDrillAt !== null && now - account.lastDrillAt < DRILL_HOLDS
        ? day(account.lastDrillAt)
        : `${day(account.lastDrillAt)} (due)`,
      day(account.lastTestedAt),
    ]),
  );
}

const day = (at: number | null) => (at === null ? 'never' : new Date(at).toISOString().slice(0, 10));
