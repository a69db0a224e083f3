import { type CleanedUp, CleanupService } from '@cutover/rollout';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples, wholeNumber } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';
import { DEFAULT_DAYS } from './check.command';

/** Days. Less does not even hold a working week. */
const FEWEST_DAYS = 7;

interface ApplyOptions {
  sealTo: string;
  days: number;
  dryRun?: boolean;
}

export function applyCommand(): Command {
  return new Command('apply')
    .description(
      'seal all local passwords into an encrypted file, read it back, then remove them for good; refuses while a gate is ' +
        'closed. Broken off, run it again with the same file',
    )
    .requiredOption('--seal-to <file>', 'the file for the sealed passwords, for its owner alone')
    .option(
      '--days <n>',
      'days that must have gone by without local sign-in',
      wholeNumber(FEWEST_DAYS, 3650),
      DEFAULT_DAYS,
    )
    .option('--dry-run', 'check the gates, say what would happen, and change nothing')
    .addHelpText(
      'after',
      examples(
        'cutover cleanup apply --seal-to passwords-2026-11.sealed --dry-run',
        'cutover cleanup apply --seal-to passwords-2026-11.sealed',
      ),
    )
    .action(async ({ sealTo, days, dryRun = false }: ApplyOptions, command: Command) => {
      const cleaned = await withProgress(command, (report) =>
        withCurrentSchema((context) =>
          context
            .get(CleanupService, { strict: false })
            .apply({ sealTo, days, dryRun, by: operator().name, ...report }),
        ),
      );
      const [sealedAt, completedAt] = [iso(cleaned.sealedAt), iso(cleaned.completedAt)];
      print(command, { dryRun, ...cleaned, sealedAt, completedAt }, () => described(cleaned));
    });
}

function described(cleaned: CleanedUp): string {
  const { outcome, file, passwords, fileSha256 } = cleaned;
  if (outcome === 'would be done')
    return [
      `Every gate is open. Would seal ${passwords} password(s) into ${file}, encrypted under BACKUP_KEY, and then remove`,
      'them for good: there is no way back to local sign-in, nor to the legacy schema.',
      ...dead(cleaned),
    ].join('\n');
  return [
    outcome === 'done'
      ? `Sealed ${passwords} password(s) into ${file}, read it back, and removed them from the database.`
      : `Done already, ${iso(cleaned.completedAt)}: ${passwords} password(s) were sealed into ${file} and removed.`,
    `SHA-256 of the file: ${fileSha256}`,
    'Keep it, and the key, away from this machine for as long as your rules say; then destroy both.',
    ...dead(cleaned),
  ].join('\n');
}

const dead = ({ deadSettings: { names, setHere } }: CleanedUp) => [
  `Dead settings from then on: ${names.join(', ')}.`,
  ...(setHere.length > 0 ? [`Set here, remove them: ${setHere.join(', ')}.`] : []),
];

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
