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
    env: { ...nxEnvironment(), ...env },
    onLine,
  });
}

/** Variables that send Nx for the results of tests to another folder or machine than this workspace. */
const ELSEWHERE =
  /^NX_(CACHE_DIRECTORY|WORKSPACE_DATA_DIRECTORY|PROJECT_GRAPH_CACHE_DIRECTORY|SELF_HOSTED_|CLOUD_)/;

/** The environment of Nx: what ran in another clone is run again in this one. */
export function nxEnvironment(base = process.env) {
  const kept = Object.entries(runtimeEnvironment(base)).filter(([name]) => !ELSEWHERE.test(name));
  return { ...Object.fromEntries(kept), NX_DAEMON: 'false', NX_TUI: 'false', ...colours() };
}

/** Nx forces colours on what it runs; kept output is shown on a terminal only if this one has them. */
const colours = () => (process.stdout.isTTY ? {} : { FORCE_COLOR: '0' });
