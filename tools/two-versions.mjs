import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm run two-versions -- --from REVISION`: an earlier release and this one at once on one database. A report, never a test.
const handOver = stopOnSignals(130);
try {
  await prepare(handOver);
  const { twoVersions } = await import('./two-versions/two-versions.mjs'); // needs the packages and the right Node
  const held = await twoVersions(process.argv.slice(2));
  await endAll();
  process.exit(held ? 0 : 1);
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
