import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { relative } from 'node:path';
import { inWorkspace } from '../paths.mjs';

const FILE = inWorkspace('dist', 'bench', 'results.json');
const loadBefore = loadavg();

/** @param {import('./bench.mjs').Result[]} results */
export function markdown(results) {
  const lines = results.map(({ work, bare, ours, ratio, aim, note }) =>
    row([work, bare, ours, ratio.toFixed(2), aim, note ?? '']),
  );
  return [row(['work', 'bare limit', 'ours', 'ratio', 'aim', '']), row(Array(6).fill('---')), ...lines].join(
    '\n',
  );
}

/**
 * @param {import('./bench.mjs').Result[]} results
 * @param {string} server the database's name and version
 * @returns {string} the file, from where we are
 */
export function save(results, server) {
  const machine = {
    node: process.version,
    database: server,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    /** What else the machine was doing: averages of 1, 5 and 15 minutes. */
    loadBefore,
    loadAfter: loadavg(),
  };
  mkdirSync(inWorkspace('dist', 'bench'), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`);
  return relative(process.cwd(), FILE);
}

const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
