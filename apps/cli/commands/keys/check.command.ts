import { reportSecrets, type SecretsReport } from '@cutover/config';
import { Command } from 'commander';
import { SecretsUnfit } from '../../errors';
import { examples } from '../../options';
import { print, table } from '../../output';

export function checkCommand(): Command {
  return new Command('check')
    .description(
      'where each secret comes from, how long and how strong it is, and whether one is used twice; shows none of them',
    )
    .addHelpText('after', examples('cutover keys check', 'cutover keys check --json'))
    .addHelpText(
      'after',
      '\nThe strength is an upper bound: it shows that a secret is weak, never that it was made at random.\n' +
        'Needs no database. Exit codes: 0 production takes them, 2 it does not, with the reasons.',
    )
    .action((_options, command: Command) => {
      const report = reportSecrets();
      print(command, report, described);
      if (report.reasons.length > 0) throw new SecretsUnfit(report.reasons);
    });
}

function described({ secrets, cautions }: SecretsReport): string {
  const rows = secrets.flatMap(({ name, from, mode, parts }) => {
    const origin = mode === null ? from : `${from} (${mode})`;
    if (parts.length === 0) return [[name, origin]];
    return parts.map(({ label, bytes, bits, floor }, at) => [
      at === 0 ? name : '',
      at === 0 ? origin : '',
      label,
      String(bytes),
      String(bits),
      floor === null ? '-' : String(floor),
    ]);
  });
  return [
    table(['SECRET', 'FROM (MODE)', 'KEY', 'BYTES', 'BITS AT MOST', 'BITS NEEDED'], rows),
    ...cautions.map(({ name, problem }) => `${name} ${problem}.`),
  ].join('\n');
}
