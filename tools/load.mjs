import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm run load [-- profile …] [-- --help]`: people sign in and work, on a good day and on bad ones. A report, never a test.
const handOver = stopOnSignals(130);
try {
  await prepare(handOver);
  const { load } = await import('./load/load.mjs'); // needs the packages and the right Node
  await load(process.argv.slice(2));
  await endAll();
  process.exit(0);
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
