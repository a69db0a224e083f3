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
      'end the alarm of a chain that a sealer found broken, once you have looked; it stays on record, and verify keeps naming it',
    )
    .requiredOption('--reason <text>', 'what you found, for those who read it later')
    .option('--dry-run', 'say whether there is an alarm and leave it')
    .addHelpText(
      'after',
      examples('cutover audit acknowledge --reason "database set back to Monday, INC-77"'),
    )
    .action(async ({ reason, dryRun = false }: AcknowledgeOptions, command: Command) => {
      const since = await withCurrentSchema((context) =>
        context.get(ChainAcknowledgement, { strict: false }).run(operator().name, reason, dryRun),
      );
      const brokenSince = since === null ? null : new Date(since).toISOString();
      print(command, { dryRun, brokenSince }, () =>
        brokenSince === null
          ? 'There is no alarm.'
          : `${dryRun ? 'Would end' : 'Ended'} the alarm that stood since ${brokenSince}.`,
      );
    });
}
