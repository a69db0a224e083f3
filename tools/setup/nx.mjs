import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { run } from '../process/run.mjs';
import { runtimeEnvironment } from './runtime.mjs';

/**
 * Runs Nx: without its daemon, its cloud, and colours that a log cannot show.
 *
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 */
export function nx(args, { env, onLine } = {}) {
  const main = inWorkspace('node_modules', 'nx', 'dist', 'bin', 'nx.js');
  return run(process.execPath, [main, ...args], {
    cwd: WORKSPACE,
    env: { ...runtimeEnvironment(), NX_DAEMON: 'false', NX_TUI: 'false', ...colours(), ...env },
    onLine,
  });
}

/** Nx forces colours on what it runs; kept output is shown on a terminal only if this one has them. */
const colours = () => (process.stdout.isTTY ? {} : { FORCE_COLOR: '0' });
