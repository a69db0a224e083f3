import { SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number): void;
  stop(): void;
}

const UNSEEN: Progress = { update: () => undefined, stop: () => undefined };

/** A bar for a person who waits; nothing where no terminal shows it, nor for a script. */
export function progressBar(
  total: number,
  { stream, hidden }: { stream: NodeJS.WritableStream & { isTTY?: boolean }; hidden: boolean },
): Progress {
  if (hidden || !stream.isTTY || total === 0) return UNSEEN;
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} %  {value} of {total}  {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    gracefulExit: false, // it would take Ctrl-C for itself, and the work would go on without a bar
  });
  bar.start(total, 0);
  return {
    update: (done) => bar.update(Math.min(done, total)),
    stop: () => bar.stop(),
  };
}
