import 'reflect-metadata';
import { report, run } from './run';

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
