import { type BackedUp, BackupService } from '@cutover/rollout';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';

interface BackupOptions {
  to: string;
  plaintext?: boolean;
  dryRun?: boolean;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'write users, links, pins, the rollout’s decision and the ledger of syncs into one encrypted file, and read it back',
    )
    .requiredOption(
      '--to <file>',
      'the file, for its owner alone; one that is there is replaced once this is whole',
    )
    .option('--plaintext', 'do not encrypt it (never in production)')
    .option('--dry-run', 'say what it would hold and write nothing')
    .addHelpText('after', examples('cutover backup --to before-the-sync.backup'))
    .action(async ({ to, plaintext = false, dryRun = false }: BackupOptions, command: Command) => {
      const made = await withProgress(command, (report) =>
        withCurrentSchema((context) =>
          context
            .get(BackupService, { strict: false })
            .make({ to, plaintext, dryRun, by: operator().name, ...report }),
        ),
      );
      print(command, { dryRun, ...made, takenAt: new Date(made.takenAt).toISOString() }, () =>
        described(made, dryRun),
      );
    });
}

function described({ file, users, runs, changes, encrypted, sha256 }: BackedUp, dryRun: boolean): string {
  const content = `${users} user(s) and ${runs} sync run(s) with ${changes} change(s)`;
  if (dryRun) return `Would write ${content} to ${file}${encrypted ? ', encrypted' : ' in plain text'}.`;
  return [
    `Wrote ${content} to ${file}${encrypted ? ', encrypted under BACKUP_KEY' : ' in plain text'}, and read it back.`,
    `SHA-256: ${sha256}`,
    ...(encrypted ? ['Without that key nobody can read it: keep a copy of it away from this machine.'] : []),
  ].join('\n');
}
