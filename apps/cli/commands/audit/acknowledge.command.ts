import { ChainAcknowledgement } from '@cutover/operations';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';

interface AcknowledgeOptions {
  reason: string;
  dryRun?: boolean;
}

export function acknowledgeCommand(): Command {
  return new Command('acknowledge')
    .description(
      'end the alarms of the audit trail, once you have looked: that it was found changed, that a killed process left its end unproven; it stays on record, and verify keeps naming what is gone',
    )
    .requiredOption('--reason <text>', 'what you found, for those who read it later')
    .option('--dry-run', 'say whether there is an alarm and leave it')
    .addHelpText(
      'after',
      examples('cutover audit acknowledge --reason "database set back to Monday, INC-77"'),
    )
    .action(async ({ reason, dryRun = false }: AcknowledgeOptions, command: Command) => {
      const { brokenAt, tails, leftBehind } = await withCurrentSchema((context) =>
        context.get(ChainAcknowledgement, { strict: false }).run(operator().name, reason, dryRun),
      );
      const brokenSince = brokenAt === null ? null : new Date(brokenAt).toISOString();
      print(command, { dryRun, brokenSince, tails, leftBehind }, (found) => described(found));
    });
}

interface Found {
  dryRun: boolean;
  brokenSince: string | null;
  tails: number;
  leftBehind: number;
}

function described({ dryRun, brokenSince, tails, leftBehind }: Found): string {
  const [ends, seals] = dryRun ? ['Would end', 'Would seal'] : ['Ended', 'Sealed'];
  const lines = [
    ...(brokenSince === null ? [] : [`${ends} the alarm that stood since ${brokenSince}.`]),
    ...(tails === 0
      ? []
      : [`${ends} what verify says of ${tails} writer(s) that ended without a last mark.`]),
    ...(leftBehind === 0
      ? []
      : [`${seals} ${leftBehind} entries that the first release left, as they stand.`]),
  ];
  return lines.length === 0 ? 'There is no alarm.' : lines.join('\n');
}
