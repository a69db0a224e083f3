import type { Page } from '@cutover/contracts';
import { type ListedSession, SessionList } from '@cutover/sessions';
import { Command } from 'commander';
import { examples, wholeNumber } from '../../options';
import { print, table } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';

interface ListOptions {
  user: string;
  limit: number;
  cursor?: string;
}

export function listCommand(): Command {
  return new Command('list')
    .description('the sessions of one person that still hold, the latest sign-in first')
    .requiredOption('--user <name>', 'username')
    .option('--limit <n>', 'sessions a page', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'the page after the one that named this cursor')
    .addHelpText(
      'after',
      examples('cutover sessions list --user ada', 'cutover sessions list --user ada --json'),
    )
    .action(async ({ user, limit, cursor }: ListOptions, command: Command) => {
      const page = await withCurrentSchema(async (context) => {
        const { id } = await personCalled(user, context);
        return context.get(SessionList, { strict: false }).page(id, { limit, cursor });
      });
      print(command, page, (result) => described(result, user));
    });
}

function described({ items, nextCursor }: Page<ListedSession>, user: string): string {
  if (items.length === 0) return `${user} is signed in nowhere.`;
  const rows = items.map((session) => [
    session.id,
    session.createdAt,
    session.lastUsedAt,
    session.expiresAt,
    session.authMode,
    session.address ?? '-',
    session.userAgent ?? '-',
  ]);
  const sessions = table(
    ['SESSION', 'SIGNED IN', 'LAST USED', 'EXPIRES', 'SIDE', 'ADDRESS', 'USER AGENT'],
    rows,
  );
  return nextCursor === null ? sessions : `${sessions}\nMore: --cursor ${nextCursor}`;
}
