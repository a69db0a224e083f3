import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm run release`: one archive that runs on a Linux machine with nothing but a database (docs/deployment.md).
const handOver = stopOnSignals(130);
try {
  await prepare(handOver);
  const { release } = await import('./release/release.mjs'); // needs the packages and the right Node
  console.log(`\nRelease: ${await release()}`);
  await endAll();
  process.exit(0);
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
