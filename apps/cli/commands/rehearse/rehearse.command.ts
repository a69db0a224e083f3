import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { examples, wholeNumber } from '../../options';
import { print } from '../../output';
import { withProgress } from '../../with-progress';
import { NoGo } from './errors';
import type { Fallback, RehearsalOptions } from './rehearsal-options';
import { writeReport } from './report/write-report';
import { checkRehearsal, type Rehearsed, runRehearsal } from './run-rehearsal';
import { script } from './script';

interface RehearseOptions {
  users: number;
  sample?: number;
  seed?: string;
  fromBackup?: string;
  database?: string;
  fallback: Fallback;
  report?: string;
  keep?: boolean;
  dryRun?: boolean;
}

/** People of the sample unless the operator says otherwise. */
const SAMPLE = 500;

const WHAT = `
On a copy, never on the database of this deployment: schema up, sync, shadow, test users, 5, 25 and 100 % with simulated
sign-ins against a stand-in of the provider that fails at 25 %, automatic rollback, recovery, manual rollback, backup,
undo, schema down, restore. Exit code 0: go. 1: no go, the report says why. Nothing but the report is left behind.`;

export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description(
      'prove the whole migration and the whole way back on a copy, and write a report for a change board',
    )
    .option('--users <n>', 'people to make up', wholeNumber(40, 1_000_000), 1000)
    .option(
      '--sample <n>',
      `people who sign in at every stage (default: ${SAMPLE}, or all of fewer)`,
      wholeNumber(20, 100_000),
    )
    .option(
      '--seed <text>',
      'makes the same people and the same sample again (default: random, and in the report)',
    )
    .addOption(
      new Option(
        '--from-backup <file>',
        'rehearse with the people of this deployment: a file of "cutover backup", restored into the copy',
      ).conflicts('users'),
    )
    .option(
      '--database <url>',
      'the copy: an empty scratch database (default: an embedded file, removed afterwards)',
    )
    .addOption(
      new Option(
        '--fallback <side>',
        'EXTERNAL_AUTH_FALLBACK of the rehearsal: what serves people while the provider is down',
      )
        .choices(['none', 'local'] satisfies Fallback[])
        .default('local'),
    )
    .option(
      '--report <folder>',
      'where report.md, report.html and result.json go (default: a new folder, named by the time)',
    )
    .option('--keep', 'leave the copy, and the files and logs of the rehearsal')
    .option('--dry-run', 'check everything that it needs, say what it would do, and do nothing')
    .addHelpText('after', WHAT)
    .addHelpText(
      'after',
      examples(
        'cutover rehearse --users 100000 --sample 500',
        'cutover rehearse --from-backup today.backup --database mysql://rehearsal:…@127.0.0.1/scratch --report board',
      ),
    )
    .action(async (options: RehearseOptions, command: Command) => {
      const asked = optionsOf(options);
      if (options.dryRun) {
        await checkRehearsal(asked);
        const { database, ...plan } = asked; // the address may hold a password
        return print(
          command,
          { dryRun: true, ...plan, embedded: database === null, steps: stepsOf(asked) },
          describedPlan,
        );
      }
      const rehearsed = await rehearse(asked, command);
      const files = await writeReport(rehearsed.result, asked.report);
      print(
        command,
        { dryRun: false, ...rehearsed.result, recorded: rehearsed.recorded, files, kept: rehearsed.folder },
        () => described(rehearsed, files),
      );
      if (rehearsed.result.outcome === 'no-go') throw new NoGo(rehearsed.result.findings);
    });
}

const optionsOf = ({
  users,
  sample,
  seed,
  fromBackup,
  database,
  fallback,
  report,
  keep,
}: RehearseOptions): RehearsalOptions => ({
  users,
  sample: sample ?? (fromBackup === undefined ? Math.min(users, SAMPLE) : SAMPLE),
  seed: seed ?? randomBytes(4).toString('hex'),
  fromBackup: fromBackup ?? null,
  database: database ?? null,
  fallback,
  report: report ?? `rehearsal-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`,
  keep: keep ?? false,
});

const stepsOf = ({ fromBackup }: RehearsalOptions) => script(fromBackup !== null).map(({ name }) => name);

/** A bar on a terminal, a line for each step elsewhere, nothing for a script. */
function rehearse(options: RehearsalOptions, command: Command): Promise<Rehearsed> {
  const saysSteps = command.optsWithGlobals()['json'] !== true && !process.stderr.isTTY;
  return withProgress(command, ({ onStart, onProgress }) =>
    runRehearsal(options, {
      onStart,
      onStep: (done, name, took) => {
        onProgress(done);
        if (saysSteps) process.stderr.write(`${name}: ${(took / 1000).toFixed(1)} s\n`);
      },
    }),
  );
}

interface Plan extends Omit<RehearsalOptions, 'database'> {
  embedded: boolean;
  steps: string[];
}

function describedPlan({ users, sample, seed, fromBackup, embedded, report, steps }: Plan): string {
  const who = fromBackup === null ? `${users} people who are made up` : `the people of ${fromBackup}`;
  return [
    `Would rehearse with ${who}, ${sample} of whom sign in at every stage (seed ${seed}),`,
    `in ${embedded ? 'an embedded database of its own' : 'the scratch database that --database names'}, and write the report to ${report}:`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ].join('\n');
}

function described({ result, folder, recorded }: Rehearsed, files: string[]): string {
  const { outcome, findings, users, sample, seed, took } = result;
  return [
    outcome === 'go' ? 'GO: everything held.' : `NO GO: ${findings.length} finding(s).`,
    ...findings.map((finding) => `  ${finding}`),
    `${users} people, ${sample} of whom signed in at every stage (seed ${seed}), in ${(took / 1000).toFixed(0)} s.`,
    `Report: ${files.join(', ')}`,
    recorded
      ? 'The outcome is in the audit trail.'
      : 'There is no database of this deployment whose audit trail could take the outcome.',
    ...(folder === null ? [] : [`Kept: ${folder}`]),
  ].join('\n');
}
