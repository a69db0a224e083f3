import { explain } from './console/stopped.mjs';
import { markInstalled } from './setup/install.mjs';
import { ensureRuntime } from './setup/runtime.mjs';

// npm runs this at the end of `npm ci`: after it, `npx nx …` works also where the machine's own Node is too old.
try {
  await ensureRuntime();
  markInstalled();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
