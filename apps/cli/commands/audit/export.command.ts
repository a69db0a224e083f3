import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditExport, EXPORT_FORMATS, type ExportFormat, type ExportSelection } from '@cutover/operations';
import { Command, Option } from 'commander';
import { ExportRefused } from '../../errors';
import { examples, names } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { type ProgressReport, withProgress } from '../../with-progress';
import { instant } from './arguments';

interface ExportOptions {
  format: ExportFormat;
  since?: number;
  until?: number;
  action: string[];
  to: string;
  dryRun?: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('write the audit trail, each entry with its seal, for an auditor or another system')
    .addOption(new Option('--format <format>', 'ndjson or csv').choices(EXPORT_FORMATS).makeOptionMandatory())
    .option('--since <instant>', 'entries from here on (a day, or an instant of RFC 3339)', instant)
    .option('--until <instant>', 'entries before this', instant)
    .option('--action <actions>', 'only these, separated by commas: sign_in,user.pinned', names, [])
    .option('--to <file>', 'a new file, for its owner alone; - is standard output', '-')
    .option('--dry-run', 'say how many entries it would write')
    .addHelpText(
      'after',
      examples(
        'cutover audit export --format ndjson --since 2026-11-01 --to november.ndjson',
        'cutover audit export --format csv --action user.pinned,rollout.changed --to decisions.csv',
      ),
    )
    .action(async (options: ExportOptions, command: Command) => {
      const { format, since, until, action, to, dryRun = false } = options;
      const selection = {
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        actions: action,
      };
      const entries = await withProgress(command, (report) =>
        withCurrentSchema(async (context) => {
          const trail = context.get(AuditExport, { strict: false });
          if (dryRun) return trail.count(selection);
          if (to === '-') return toStandardOutput(trail, format, selection);
          return toFile(to, trail, format, selection, report);
        }),
      );
      if (to === '-' && !dryRun) return;
      print(command, { dryRun, file: to, format, entries }, () =>
        dryRun ? `Would write ${entries} entries.` : `Wrote ${entries} entries to ${to}.`,
      );
    });
}

async function toStandardOutput(trail: AuditExport, format: ExportFormat, selection: ExportSelection) {
  const lines = Readable.from(trail.lines(format, selection));
  await pipeline(lines, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // whoever reads has seen enough
  });
  return 0;
}

async function toFile(
  path: string,
  trail: AuditExport,
  format: ExportFormat,
  selection: ExportSelection,
  { onStart, onProgress }: ProgressReport,
): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new ExportRefused(path, error.code ?? 'unknown');
  });
  let entries = format === 'csv' ? -1 : 0; // its headings are a line too
  onStart(await trail.count(selection));
  async function* counted() {
    for await (const line of trail.lines(format, selection)) {
      yield line;
      if (++entries % 1000 === 0) onProgress(entries);
    }
  }
  try {
    await pipeline(Readable.from(counted()), file.createWriteStream({ flush: true }));
    return entries;
  } catch (error) {
    await rm(path, { force: true }); // half of a trail is not to be taken for one
    throw error;
  }
}
