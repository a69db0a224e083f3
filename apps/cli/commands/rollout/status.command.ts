import { type RolloutNote, RolloutNotes, RolloutPlanner, RolloutService } from '@cutover/rollout';
import { Command } from 'commander';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { described, isSwitchedOn } from './described';

/** Notes of so many days are shown, and at most so many of them. */
const RECENT = { days: 7, notes: 20 };

export function statusCommand(): Command {
  return new Command('status')
    .description('the stage in force, who decided it, how many people are on each side, and the latest notes')
    .addHelpText('after', examples('cutover rollout status --json'))
    .action(async (_options, command: Command) => {
      const { switchedOn, ...status } = await withCurrentSchema(async (context) => ({
        ...(await context.get(RolloutService, { strict: false }).current()),
        people: await context.get(RolloutPlanner, { strict: false }).sidesNow(),
        notes: await context
          .get(RolloutNotes, { strict: false })
          .since(Date.now() - RECENT.days * 24 * 60 * 60 * 1000, RECENT.notes),
        switchedOn: isSwitchedOn(context),
      }));
      print(command, status, () => {
        const { external, local, inactive } = status.people;
        return [
          described(status, switchedOn),
          `people      ${external} external, ${local} local, ${inactive} inactive`,
          ...(status.notes.length === 0
            ? []
            : ['', `Notes of the last ${RECENT.days} days:`, notesTable(status.notes)]),
        ].join('\n');
      });
    });
}

const notesTable = (notes: RolloutNote[]) =>
  table(
    ['AT', 'BY', 'ABOUT', 'STAGE', 'REQUEST', 'NOTE'],
    notes.map(({ at, author, username, stage, requestId, message }) => [
      at,
      author,
      username ?? '-',
      stage,
      requestId ?? '-',
      message,
    ]),
  );
