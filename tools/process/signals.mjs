import { endAll } from './groups.mjs';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

const PARENT_INTERVAL = 500; // milliseconds
/** Milliseconds within which a second signal is the echo of the first: a terminal and npm both pass Ctrl-C on. */
const ECHO = 1000;

/**
 * Called first, before anything is started: when this process is asked to stop, everything that was started ends
 * before it does. Asked again after a moment, it ends at once.
 *
 * @param {number} exitCode of this process then
 * @returns {() => void} undoes it
 */
export function stopOnSignals(exitCode) {
  let askedAt = 0;
  return onStopAsked(async () => {
    if (askedAt > 0 && Date.now() - askedAt < ECHO) return;
    if (askedAt > 0) process.exit(130);
    askedAt = Date.now();
    console.log('\nStopping …');
    await endAll();
    process.exit(exitCode);
  });
}

/**
 * Ctrl-C, SIGTERM, a closed terminal, and the end of the npm that runs this: npm hands SIGTERM to the shell in
 * between, which dies of it without passing it on.
 *
 * @param {(signal: NodeJS.Signals) => void} handle
 * @returns {() => void} undoes it
 */
export function onStopAsked(handle) {
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && handle('SIGTERM'), PARENT_INTERVAL);
  watch.unref();
  if (!process.env['npm_lifecycle_event']) clearInterval(watch); // typed by hand, perhaps to outlive its shell
  for (const signal of SIGNALS) process.on(signal, handle);
  return () => {
    clearInterval(watch);
    for (const signal of SIGNALS) process.off(signal, handle);
  };
}
