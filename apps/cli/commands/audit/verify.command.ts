import { ChainVerification, type Finding, missingKeys, type Verification } from '@cutover/operations';
import { Command } from 'commander';
import { TrailNotProven } from '../../errors';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';
import { head } from './arguments';

interface VerifyOptions {
  head?: { sequence: number; hmac: string };
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'prove the audit trail by its seals (AUDIT_KEYS), or name what was changed, removed, swapped or inserted; exits with 1 then',
    )
    .option(
      '--head <sequence:hmac>',
      'a head from the log, kept outside of the database: a removed end is found by it alone',
      head,
    )
    .addHelpText(
      'after',
      examples(
        'cutover audit verify',
        'cutover audit verify --head 4711:pBc8…',
        'cutover audit verify --json',
      ),
    )
    .action(async ({ head: kept }: VerifyOptions, command: Command) => {
      const result = await withProgress(command, (report) =>
        withCurrentSchema((context) =>
          context.get(ChainVerification, { strict: false }).run({ ...(kept && { head: kept }), ...report }),
        ),
      );
      const intact = result.found === 0 && result.missingKeys.length === 0;
      print(command, { intact, ...result }, described);
      if (result.found > 0) throw new TrailNotProven(result.found);
      if (result.missingKeys.length > 0) throw missingKeys(result.missingKeys);
    });
}

function described(result: Verification): string {
  const { sealed, first, head: end, findings, found, pruned, waiting, missingKeys: kids } = result;
  const lines: string[] = [];
  if (findings.length > 0)
    lines.push(table(['SEAL', 'ID', 'ACTION', 'AT', 'WHAT IS WRONG'], findings.map(row)));
  if (found > findings.length) lines.push(`… and ${found - findings.length} more.`);
  if (end === null) lines.push('There is no sealed entry.');
  else
    lines.push(
      found === 0 && kids.length === 0
        ? `The audit trail is whole: ${sealed} entries, seals ${first} to ${end.sequence}.`
        : `Looked at ${sealed} entries, seals ${first} to ${end.sequence}.`,
      `Its head, to be kept elsewhere: ${end.sequence}:${end.hmac}`,
    );
  if (pruned)
    lines.push(
      `Removed by policy: everything up to seal ${pruned.sequence}, the last ${pruned.entries} entries (before ${pruned.before}) at ${pruned.at} by ${pruned.by}.`,
    );
  if (waiting > 0) lines.push(`${waiting} new entries wait for their seal.`);
  if (result.brokenSince)
    lines.push(
      `A sealer found the chain broken at ${result.brokenSince}; "cutover audit acknowledge" ends the alarm.`,
    );
  return lines.join('\n');
}

const row = ({ kind, sequence, id, action, at, detail }: Finding) => [
  sequence === null ? '-' : String(sequence),
  id === null ? '-' : String(id),
  action ?? '-',
  at ?? '-',
  `${kind}: ${detail}`,
];
