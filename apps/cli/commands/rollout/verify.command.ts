import { RolloutVerification, type VerificationReport } from '@cutover/rollout';
import { Command } from 'commander';
import { GatesFailed } from '../../errors';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { listed, share, stageOf } from './described';

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'look back on the last stage: who of those it moved signed in, failed and why, or never came; faults and times ' +
        'against the stage before. Exit code 1 where a gate fails',
    )
    .addHelpText('after', examples('cutover rollout verify', 'cutover rollout verify --json'))
    .action(async (_options, command: Command) => {
      const report = await withCurrentSchema((context) =>
        context.get(RolloutVerification, { strict: false }).report(),
      );
      print(command, report, described);
      const failed = report.gates.filter(({ passed }) => !passed);
      if (failed.length > 0) throw new GatesFailed(failed.map(({ gate }) => gate));
    });
}

function described(report: VerificationReport): string {
  const { switched, figures, before, gates } = report;
  const { count, signedIn, failed, neverCame } = switched;
  const row = (name: string, people: number) => [name, String(people), share(people, count)];
  const sides = [
    ['now', figures.now] as const,
    ...(before ? [[`${stageOf(before)}, ${before.side}`, figures.before] as const] : []),
  ];
  return [
    `${stageOf(report)} since ${report.since}${before ? `, ${stageOf(before)} before` : ''}`,
    '',
    table(
      ['SWITCHED', 'PEOPLE', 'SHARE'],
      [
        row('signed in', signedIn),
        row('tried and failed', failed.count),
        ...Object.entries(failed.reasons).map(([code, people]) => row(`  ${code}`, people)),
        row('never came', neverCame.count),
        row('total', count),
      ],
    ),
    ...(failed.count > 0 ? ['', failedTable(failed)] : []),
    ...(neverCame.count > 0 ? ['', `Never came: ${listed(neverCame)}.`] : []),
    '',
    table(
      ['SIGN-INS', 'PEOPLE', 'FAULTS', 'REFUSED', 'P95'],
      sides.map(([name, { people, faulty, refused, p95 }]) => [
        name,
        String(people),
        `${faulty} (${share(faulty, people)})`,
        `${refused} (${share(refused, people)})`,
        p95 === null ? '-' : `${p95} ms`,
      ]),
    ),
    '',
    table(
      ['GATE', 'PASSED', 'DETAIL'],
      gates.map(({ gate, passed, detail }) => [gate, passed ? 'yes' : 'NO', detail]),
    ),
  ].join('\n');
}

function failedTable({ count, people }: VerificationReport['switched']['failed']): string {
  const rest = count - people.length;
  const rows = people.map(({ username, code }) => [username, code]);
  return table(['FAILED', 'WHY'], rows) + (rest > 0 ? `\nand ${rest} more` : '');
}
