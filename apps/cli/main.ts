import { realpathSync } from 'node:fs';
import 'reflect-metadata';
import { report, run } from './run';

export { run };

/** Whether this file was started, by its name or through a link to it, and not loaded by another program. */
const started = process.argv[1] !== undefined && realpathSync(process.argv[1]) === __filename;

if (started) {
  process.on('uncaughtException', (error) => {
    process.exit(report(error, process.argv.includes('--json')));
  });

  // Whoever reads the output may have seen enough: `cutover users list | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

  void run(process.argv).then((exitCode) => {
    process.exitCode = exitCode;
  });
}
