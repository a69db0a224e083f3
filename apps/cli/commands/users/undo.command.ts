import { LeaverSessions } from '@cutover/sessions';
import { RunUndo, type Undone } from '@cutover/users';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';

/** With how many sessions ended that the links had opened. */
type UndoneAndEnded = Undone & { sessionsEnded: number };

interface UndoOptions {
  user?: string;
  dryRun?: boolean;
}

export function undoCommand(): Command {
  return new Command('undo')
    .description(
      'take back a run of "users sync", or what it did to one person; people changed or called disabled since are named and left',
    )
    .argument('<run>', 'the run’s id, as "users sync --apply" printed it')
    .option('--user <name>', 'only this person')
    .option('--dry-run', 'say who would be as before and change nobody')
    .addHelpText(
      'after',
      examples('cutover users undo 3f9c2a1b7d4e-1 --dry-run', 'cutover users undo 3f9c2a1b7d4e-1 --user ada'),
    )
    .action(async (run: string, { user, dryRun = false }: UndoOptions, command: Command) => {
      const undone = await undo(run, user ?? null, dryRun, command);
      print(command, { dryRun, ...undone }, () => described(undone, dryRun));
    });
}

const undo = (run: string, user: string | null, dryRun: boolean, command: Command): Promise<UndoneAndEnded> =>
  withProgress(command, (report) =>
    withCurrentSchema(async (context) => {
      const by = operator().name;
      const undone = await context.get(RunUndo, { strict: false }).undo({
        run,
        userId: user === null ? null : (await personCalled(user, context)).id,
        dryRun,
        by,
        ...report,
      });
      // Also where an earlier call took all of it back: it may have been killed before this.
      const ended = dryRun ? 0 : await context.get(LeaverSessions, { strict: false }).endAll(by);
      return { ...undone, sessionsEnded: ended };
    }),
  );

function described({ run, reversed, left, sessionsEnded }: UndoneAndEnded, dryRun: boolean): string {
  if (reversed === 0 && left.count === 0) return `Nothing to take back of the run ${run}.`;
  const lines = [
    `${dryRun ? 'Would take' : 'Took'} ${reversed} change(s) of the run ${run} back${left.count === 0 ? '.' : ';'}`,
  ];
  if (left.count > 0) {
    const names = left.first.map(({ id, username }) => `${username} (id ${id})`).join(', ');
    const more = left.count > left.first.length ? ` and ${left.count - left.first.length} more` : '';
    lines.push(
      `left as they are, changed or called disabled since (--user takes back a disabled one): ${names}${more}.`,
    );
  }
  if (sessionsEnded > 0) lines.push(`Ended ${sessionsEnded} session(s) that these links had opened.`);
  return lines.join('\n');
}
