import { rolloutNoteSchema, RolloutNotes } from '@cutover/rollout';
import { ValidationFailed } from '@cutover/contracts';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';

export function noteCommand(): Command {
  return new Command('note')
    .description('keep what was observed or heard, with the stage in force; "rollout status" shows it')
    .argument('<text>', 'the note')
    .option('--dry-run', 'check everything and keep nothing')
    .addHelpText('after', examples('cutover rollout note "help desk: three calls about second factors"'))
    .action(async (text: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const message = rolloutNoteSchema.safeParse(text);
      if (!message.success) throw ValidationFailed.fromIssues(message.error.issues);
      const note = { author: operator().name, message: message.data };
      await withCurrentSchema(async (context) => {
        if (!dryRun) await context.get(RolloutNotes, { strict: false }).add(note);
      });
      print(command, { dryRun, note }, () => (dryRun ? 'Would keep the note.' : 'Kept the note.'));
    });
}
