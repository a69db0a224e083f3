import { Unsealing } from '@cutover/rollout';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';

interface UnsealOptions {
  from: string;
  to: string;
  dryRun?: boolean;
}

export function unsealCommand(): Command {
  return new Command('unseal')
    .description(
      'open a file that apply has sealed: a line of JSON for each person, with the password as it was stored. ' +
        'It brings nothing back into the database',
    )
    .requiredOption('--from <file>', 'the sealed file; BACKUP_KEY is the key it was sealed under')
    .requiredOption('--to <file>', 'a new file, for its owner alone')
    .option('--dry-run', 'read the sealed file to its end and write nothing')
    .addHelpText(
      'after',
      examples('cutover cleanup unseal --from passwords-2026-11.sealed --to passwords.jsonl'),
    )
    .action(async ({ from, to, dryRun = false }: UnsealOptions, command: Command) => {
      const { sealedAt, passwords } = await withCurrentSchema((context) =>
        context.get(Unsealing, { strict: false }).unseal({ from, to, dryRun, by: operator().name }),
      );
      const sealed = new Date(sealedAt).toISOString();
      print(command, { dryRun, from, to, passwords, sealedAt: sealed }, () =>
        dryRun
          ? `${from} is whole: ${passwords} password(s), sealed ${sealed}. Would write them into ${to}.`
          : `Wrote ${passwords} password(s), sealed ${sealed}, into ${to}. Destroy it once it has served.`,
      );
    });
}
