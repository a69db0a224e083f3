import { type Listing, named, privilegesRefused, type Restored, RestoreService } from '@cutover/rollout';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';

interface RestoreOptions {
  from: string;
  plaintext?: boolean;
  acceptPrivileges?: boolean;
  acceptOtherDatabase?: boolean;
  dryRun?: boolean;
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description(
      'set users, links, pins, the rollout’s decision and the ledger of syncs back to a backup, and end all sessions; broken off, run it again',
    )
    .requiredOption('--from <file>', 'a file that "cutover backup" wrote')
    .option(
      '--accept-privileges',
      'also bring back what was lost since: rows, roles, passwords, links, pins, test users, who was active',
    )
    .option('--accept-other-database', 'the backup was made of another database, and is meant for this one')
    .option(
      '--plaintext',
      'the backup is not encrypted: nothing shows whether it was changed (never in production)',
    )
    .option('--dry-run', 'check everything, say what would change, and change nothing')
    .addHelpText(
      'after',
      examples(
        'cutover restore --from before-the-sync.backup --dry-run',
        'cutover restore --from before-the-sync.backup',
      ),
    )
    .action(async (options: RestoreOptions, command: Command) => {
      const {
        from,
        plaintext = false,
        acceptPrivileges = false,
        acceptOtherDatabase = false,
        dryRun = false,
      } = options;
      const restored = await withProgress(command, (report) =>
        withCurrentSchema((context) =>
          context.get(RestoreService, { strict: false }).restore({
            from,
            plaintext,
            acceptPrivileges,
            acceptOtherDatabase,
            dryRun,
            by: operator().name,
            ...report,
          }),
        ),
      );
      print(command, { dryRun, ...restored, takenAt: new Date(restored.takenAt).toISOString() }, () =>
        described(restored, dryRun),
      );
      // The dry run has said everything else by now.
      if (dryRun && !acceptPrivileges && restored.privileges.count > 0) throw privilegesRefused(restored);
    });
}

const POLICY: Record<Restored['policy'], string> = {
  unchanged: 'The rollout’s decision is the one of the backup.',
  restored: 'The rollout’s decision is the backup’s again, as a new version.',
  kept: 'A hold stands, and the backup’s decision goes further: the one in force stays.',
};

function described(restored: Restored, dryRun: boolean): string {
  const { takenAt, users, pins, accounts, runs, takenBack, policy, sessions } = restored;
  return [
    `${dryRun ? 'Would restore' : 'Restored'} the backup of ${new Date(takenAt).toISOString()}: ${users} user(s).`,
    ...(restored.unidentified
      ? [
          'The backup does not say of which database it is (the first release made it): be sure that it is of this one.',
        ]
      : []),
    ...people('changed since, as they were then', restored.changed),
    ...people('gone since, back again', restored.added),
    ...people('not in the backup, left as they are', restored.left),
    `${pins} pin(s), ${accounts} known account(s) and ${runs} sync run(s) differ from the backup.`,
    ...(takenBack.length > 0 ? [`Runs that began since count as taken back: ${takenBack.join(', ')}.`] : []),
    POLICY[policy],
    `${sessions} session(s) ${dryRun ? 'would end' : 'ended'}.`,
  ].join('\n');
}

function people(what: string, list: Listing): string[] {
  return list.count === 0 ? [] : [`${list.count} ${what}: ${named(list).text}.`];
}
