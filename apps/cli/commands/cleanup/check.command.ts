import { type CleanupCheck, type CleanupGate, CleanupService, gatesClosed } from '@cutover/rollout';
import { Command } from 'commander';
import { examples, wholeNumber } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';

/** Days; sign-ins of a month show who still comes. */
export const DEFAULT_DAYS = 30;

interface Checked extends CleanupCheck {
  /** When the clean-up was made; `null` while it was not. */
  completedAt: string | null;
}

export function checkCommand(): Command {
  return new Command('check')
    .description(
      'how far it is to the point of no return: every gate with its evidence. Exit code 2 while one is closed',
    )
    .option(
      '--days <n>',
      'days that must have gone by without local sign-in',
      wholeNumber(1, 3650),
      DEFAULT_DAYS,
    )
    .addHelpText('after', examples('cutover cleanup check', 'cutover cleanup check --days 60 --json'))
    .action(async ({ days }: { days: number }, command: Command) => {
      const checked = await withCurrentSchema(async (context): Promise<Checked> => {
        const cleanup = context.get(CleanupService, { strict: false });
        const completedAt = (await cleanup.state())?.completedAt ?? null;
        if (completedAt !== null)
          return { days, passed: true, gates: [], completedAt: new Date(completedAt).toISOString() };
        return { ...(await cleanup.check(days)), completedAt: null };
      });
      print(command, checked, described);
      if (!checked.passed) throw gatesClosed(checked.gates);
    });
}

function described({ gates, passed, completedAt }: Checked): string {
  if (completedAt !== null) return `The clean-up was made, ${completedAt}: nothing is left to check.`;
  return [
    table(
      ['GATE', 'OPEN', 'WHAT', 'EVIDENCE'],
      gates.map((gate) => [gate.id, gate.passed ? 'yes' : 'NO', gate.title, evidenceOf(gate)]),
    ),
    ...gates.flatMap(({ id, people }) => people.map((names) => `${id}: ${names}`)),
    ...(passed ? ['Next: cutover cleanup apply --seal-to FILE --dry-run'] : []),
  ].join('\n');
}

const evidenceOf = ({ evidence }: CleanupGate) =>
  Object.entries(evidence)
    .map(([name, value]) => `${name} ${value ?? '-'}`)
    .join(', ');
