import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm run bench [-- name …]`: our speed beside the bare limit, measured in one run. A report, never a test.
const handOver = stopOnSignals(130);
try {
  await prepare(handOver);
  const { bench } = await import('./bench/bench.mjs'); // needs the packages and the right Node
  await bench(process.argv.slice(2));
  await endAll();
  process.exit(0);
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
