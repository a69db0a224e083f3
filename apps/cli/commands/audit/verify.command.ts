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
  const { findings, found, pruned, waiting } = result;
  const lines: string[] = [];
  if (findings.length > 0)
    lines.push(table(['SEAL', 'ID', 'ACTION', 'AT', 'WHAT IS WRONG'], findings.map(row)));
  if (found > findings.length) lines.push(`… and ${found - findings.length} more.`);
  lines.push(...wholeness(result), ...earlierPart(result));
  if (pruned)
    lines.push(
      `Removed by policy: everything up to seal ${pruned.sequence}, the last ${pruned.entries} entries (before ${pruned.before}) at ${pruned.at} by ${pruned.by}.`,
    );
  if (waiting > 0) lines.push(`${waiting} new entries wait for their seal.`);
  if (result.brokenSince)
    lines.push(
      `The audit trail was found changed at ${result.brokenSince}; "cutover audit acknowledge" ends the alarm.`,
    );
  return lines.join('\n');
}

function wholeness({ sealed, first, head: end, found, missingKeys: kids, writers }: Verification): string[] {
  if (end === null) return ['There is no sealed entry.'];
  const { givenUp } = writers;
  const proven = found === 0 && kids.length === 0;
  const seals = `${sealed} entries, seals ${first} to ${end.sequence}.`;
  return [
    !proven
      ? `Looked at ${seals}`
      : givenUp > 0
        ? `The audit trail verifies: ${seals}`
        : `The audit trail is whole: ${seals}`,
    ...(givenUp > 0
      ? [
          `Tail unproven, and acknowledged: ${givenUp} process(es) that were killed. Their last second may be gone.`,
        ]
      : []),
    `Its head, to be kept elsewhere: ${end.sequence}:${end.hmac}`,
  ];
}

/** Entries of the first release have no MAC: sealed as they stood, and nothing more. */
function earlierPart({ earlier: { sealed, first, head: end, closed, added } }: Verification): string[] {
  const open = [
    ...(closed || (end === null && first === null)
      ? []
      : [
          'It is not closed yet: a process of the first release still seals it, or no API of this one has run.',
        ]),
    ...(added > 0
      ? [`A process of the first release still writes it: ${added} entries since it was closed.`]
      : []),
  ];
  if (end === null) return [];
  return [
    `Before entries had a MAC: ${sealed} entries of the first release, its seals ${first} to ${end.sequence}; they are as they were sealed.`,
    ...open,
  ];
}

const row = ({ kind, trail, sequence, id, action, at, detail }: Finding) => [
  sequence === null ? '-' : `${sequence}${trail === 'earlier' ? ' (first release)' : ''}`,
  id === null ? '-' : String(id),
  action ?? '-',
  at ?? '-',
  `${WORDS[kind] ?? kind}: ${detail}`,
];

const WORDS: Partial<Record<Finding['kind'], string>> = { tail_unproven: 'tail unproven' };
