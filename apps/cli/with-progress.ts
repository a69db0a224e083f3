import type { Command } from 'commander';
import { type Progress, progressBar } from './progress';

/** How work says how far it is. */
export interface ProgressReport {
  onStart(total: number): void;
  onProgress(done: number): void;
}

/** Shows a bar while the work reports, and takes it away at its end, whatever that is. */
export async function withProgress<T>(
  command: Command,
  work: (report: ProgressReport) => Promise<T>,
): Promise<T> {
  const hidden = command.optsWithGlobals()['json'] === true;
  const bars: Progress[] = [];
  try {
    return await work({
      onStart: (total) => bars.push(progressBar(total, { stream: process.stderr, hidden })),
      onProgress: (done) => bars.at(-1)?.update(done),
    });
  } finally {
    for (const bar of bars) bar.stop();
  }
}
