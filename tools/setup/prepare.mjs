import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { step } from '../console/step.mjs';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';
import { onStopAsked } from '../process/signals.mjs';
import { install, isInstalled } from './install.mjs';
import { ensureRuntime, isSuitable, runtimeEnvironment } from './runtime.mjs';

/**
 * Packages and Node, as far as they are missing. Returns on the right Node only: else this very script is run
 * again on it, and this process lends it the terminal and takes over its exit code.
 *
 * Everything up to here runs on Node 20.
 *
 * @param {() => void} [handOver] called before the script is run again: the signals are its business from then on
 */
export async function prepare(handOver = () => undefined) {
  if (!existsSync(inWorkspace('package-lock.json'))) {
    throw new Stopped('package-lock.json is missing: run this in a complete clone of the repository.');
  }
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Stopped(
      `Node.js ${process.versions.node} is too old: install version 20 or later from nodejs.org.`,
    );
  }
  if (!isInstalled()) await step('Installing packages (a minute or two)', install);
  if (isSuitable()) return;
  const node = await ensureRuntime();
  handOver();
  await continueOn(node);
}

/** @param {string} node */
function continueOn(node) {
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: runtimeEnvironment(),
  });
  onStopAsked((signal) => child.kill(signal)); // the child ends what was started, and we end with it
  return new Promise((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => process.exit(code ?? 1));
  });
}
