import type { AdminUser, Page } from '@cutover/contracts';
import { PeopleService } from '@cutover/rollout';
import {
  NameConflicts,
  type NamedUser,
  PasswordChecker,
  type UnclearFlag,
  UnclearFlags,
  type UnverifiableHash,
} from '@cutover/users';
import { Command, Option } from 'commander';
import { examples, wholeNumber } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';

interface ListOptions {
  limit: number;
  cursor?: string;
  problems?: true;
}

interface Problems {
  unverifiable: UnverifiableHash[];
  nameConflicts: NamedUser[][];
  unclearFlags: UnclearFlag[];
}

export function listCommand(): Command {
  return new Command('list')
    .description('everybody by id, a page at a time, with the side that their next sign-in goes to')
    .option('--limit <n>', 'people a page', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'the page after the one that named this cursor')
    .addOption(
      new Option(
        '--problems',
        'only who cannot sign in, and why: hashes that cannot be checked, names that clash, flags that say neither yes nor no',
      ).conflicts(['limit', 'cursor']),
    )
    .addHelpText('after', examples('cutover users list --limit 20', 'cutover users list --problems --json'))
    .action(async ({ limit, cursor, problems }: ListOptions, command: Command) => {
      if (problems) return print(command, await findProblems(), describedProblems);
      const page = await withCurrentSchema((context) =>
        context.get(PeopleService, { strict: false }).page({ limit, cursor }),
      );
      print(command, page, describedPage);
    });
}

function findProblems(): Promise<Problems> {
  return withCurrentSchema(async (context) => ({
    unverifiable: await context.get(PasswordChecker, { strict: false }).unverifiable(),
    nameConflicts: await context.get(NameConflicts, { strict: false }).list(),
    unclearFlags: await context.get(UnclearFlags, { strict: false }).list(),
  }));
}

function describedPage({ items, nextCursor }: Page<AdminUser>): string {
  if (items.length === 0) return 'Nobody. "cutover users add --help" shows how to add a person.';
  const rows = items.map((user) => [
    String(user.id),
    user.username,
    user.name,
    user.role,
    user.active ? 'yes' : 'no',
    user.authMode,
    user.pin ?? '-',
    user.externalUserId === null ? 'no' : 'yes',
  ]);
  const people = table(['ID', 'USERNAME', 'NAME', 'ROLE', 'ACTIVE', 'SIDE', 'PIN', 'LINKED'], rows);
  return nextCursor === null ? people : `${people}\nMore: --cursor ${nextCursor}`;
}

function describedProblems({ unverifiable, nameConflicts, unclearFlags }: Problems): string {
  const rows = [
    ...unverifiable.map(({ id, username, reason }) => [String(id), username, reason]),
    ...nameConflicts.flatMap((group) =>
      group.map(({ id, username }) => [
        String(id),
        username,
        `same name as ${others(group, id)}: rename all but one`,
      ]),
    ),
    ...unclearFlags.map(({ id, username, value }) => [
      String(id),
      username,
      `is_active is ${value ?? 'NULL'}, neither active nor inactive: kept out`,
    ]),
  ];
  return rows.length === 0 ? 'No problems found.' : table(['ID', 'USERNAME', 'PROBLEM'], rows);
}

const others = (group: NamedUser[], id: number) =>
  group
    .filter((user) => user.id !== id)
    .map((user) => `id ${user.id}`)
    .join(', ');
