import { AuditPruning, type PruningResult } from '@cutover/operations';
import { Command, InvalidArgumentError, Option } from 'commander';
import { operator } from '../../operator';
import { examples, wholeNumber } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';
import { instant } from './arguments';

interface PruneOptions {
  before?: number;
  keepDays?: number;
  despiteFindings?: boolean;
  dryRun?: boolean;
}

const DAY = 24 * 60 * 60 * 1000;

export function pruneCommand(): Command {
  return new Command('prune')
    .description(
      'remove the oldest sealed entries by policy; the chain records up to which one, so that the rest still proves itself',
    )
    .addOption(
      new Option('--before <instant>', 'entries before this (a day, or an instant of RFC 3339)')
        .argParser((text) => {
          const before = instant(text);
          if (before > Date.now()) throw new InvalidArgumentError('Expects a moment that is past.');
          return before;
        })
        .conflicts('keepDays'),
    )
    .option('--keep-days <n>', 'entries older than so many days', wholeNumber(1, 36_500))
    .option('--despite-findings', 'also where what goes does not verify; export it first')
    .option('--dry-run', 'say what would go, and whether it verifies')
    .addHelpText(
      'after',
      examples('cutover audit prune --keep-days 400 --dry-run', 'cutover audit prune --before 2026-01-01'),
    )
    .action(async (options: PruneOptions, command: Command) => {
      const { dryRun = false, despiteFindings = false } = options;
      const before = momentOf(options) ?? command.error('error: name --before or --keep-days');
      const result = await withProgress(command, (report) =>
        withCurrentSchema((context) =>
          context
            .get(AuditPruning, { strict: false })
            .run({ before, by: operator().name, dryRun, despiteFindings, ...report }),
        ),
      );
      print(command, { dryRun, before: new Date(before).toISOString(), ...result }, () =>
        described(result, dryRun),
      );
    });
}

function momentOf({ before, keepDays }: PruneOptions): number | undefined {
  return keepDays === undefined ? before : Date.now() - keepDays * DAY;
}

function described(result: PruningResult, dryRun: boolean): string {
  const { entries, earlierEntries, anchor, findings } = result;
  if (entries === 0) return 'Nothing is old enough.';
  const removed = dryRun ? 'Would remove' : 'Removed';
  return [
    ...(anchor === null
      ? []
      : [`${removed} ${entries - earlierEntries} entries, up to seal ${anchor.sequence}:${anchor.hmac}.`]),
    ...(earlierEntries === 0 ? [] : [`${removed} ${earlierEntries} entries of the first release.`]),
    ...(findings > 0 ? [`${findings} finding(s) among them: "cutover audit verify" names them.`] : []),
    ...(dryRun ? [] : ['"cutover audit verify" proves the rest.']),
  ].join('\n');
}
