import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm test`: from a bare clone, everything that CI runs. Needs Node 20, npm, and what it names if it can't install it.
const handOver = stopOnSignals(130); // 128 + SIGINT: a run that was broken off did not pass
try {
  await prepare(handOver);
  const { runStages } = await import('./test/run-stages.mjs'); // needs the packages and the right Node
  const passed = await runStages();
  await endAll();
  process.exit(passed ? 0 : 1);
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
