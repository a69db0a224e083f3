import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm start`: from a bare clone to a portal that people can sign in to. Needs Node 20 and npm, nothing else.
const handOver = stopOnSignals(0); // being stopped is what a server is for: no failure, and no error block of npm
try {
  await prepare(handOver);
  const { serve } = await import('./start/serve.mjs'); // needs the packages and the right Node
  await serve();
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
