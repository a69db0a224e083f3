import { KeyRotation, type RotationResult } from '@cutover/sessions';
import { Command } from 'commander';
import { RotationIncomplete } from '../../errors';
import { operator } from '../../operator';
import { examples, wholeNumber } from '../../options';
import { print } from '../../output';
import { progressBar } from '../../progress';
import { withCurrentSchema } from '../../with-context';

interface RotateOptions {
  batch: number;
  endUnreadable?: boolean;
  dryRun?: boolean;
}

interface Rotated extends RotationResult {
  dryRun: boolean;
}

export function rotateCommand(): Command {
  return new Command('rotate')
    .description(
      'seal all stored tokens again under the first key, while the API runs; broken off, it goes on when run again',
    )
    .option('--batch <n>', 'sessions in one transaction', wholeNumber(1, 1000), 100)
    .option('--end-unreadable', 'end the sessions whose tokens no configured key opens: their key is lost')
    .option('--dry-run', 'say how many there are and change none')
    .addHelpText(
      'after',
      examples(
        'cutover keys rotate --dry-run',
        'cutover keys rotate',
        'cutover keys rotate --end-unreadable',
      ),
    )
    .action(async (options: RotateOptions, command: Command) => {
      const { dryRun = false } = options;
      const json = command.optsWithGlobals()['json'] === true;
      const result = await withCurrentSchema((context) => {
        const rotation = context.get(KeyRotation, { strict: false });
        return dryRun ? preview(rotation, options) : rotate(rotation, options, json);
      });
      print(command, { dryRun, ...result }, described);
      const left = result.unreadable.length - result.ended;
      if (left + result.remaining > 0) throw new RotationIncomplete(left, result.remaining);
    });
}

async function preview(rotation: KeyRotation, { batch, endUnreadable = false }: RotateOptions) {
  const [due, unreadable] = [await rotation.due(), await rotation.unreadable(batch)];
  return {
    kid: rotation.kid,
    rotated: due - unreadable.length,
    unreadable,
    ended: endUnreadable ? unreadable.length : 0,
    remaining: 0,
  };
}

async function rotate(
  rotation: KeyRotation,
  { batch, endUnreadable = false }: RotateOptions,
  json: boolean,
): Promise<RotationResult> {
  const bar = progressBar(await rotation.due(), { stream: process.stderr, hidden: json });
  try {
    return await rotation.run({
      actor: operator().name,
      batch,
      endUnreadable,
      onProgress: (done) => bar.update(done),
    });
  } finally {
    bar.stop();
  }
}

function described({ dryRun, kid, rotated, unreadable, ended }: Rotated): string {
  const lines = [
    rotated === 0
      ? `Nothing to seal again under "${kid}".`
      : `${dryRun ? 'Would seal' : 'Sealed'} the tokens of ${rotated} session${rotated === 1 ? '' : 's'} again under "${kid}".`,
  ];
  if (ended > 0) lines.push(`${dryRun ? 'Would end' : 'Ended'}, as no configured key opens them:`);
  else if (unreadable.length > 0) lines.push('Left as they are, as no configured key opens them:');
  return [...lines, ...unreadable.map((id) => `  session ${id}`)].join('\n');
}
