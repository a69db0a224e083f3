import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { nx } from './nx.mjs';

const APPS = ['auth-api', 'api', 'cli', 'portal'];
const ARTEFACTS = ['auth-api/main.js', 'api/main.js', 'cli/main.js', 'portal/browser/index.html'];
const STAMP = inWorkspace('dist', '.built');

/** What a build reads; Nx knows it per app, this is the quick look that spares starting Nx. */
const SOURCES = [
  'apps',
  'libs',
  'migrations',
  'tools/webpack',
  'nx.json',
  'package-lock.json',
  'tsconfig.base.json',
];

/** Whether the artefacts are those of the sources as they stand. */
export function isBuilt() {
  const complete = ARTEFACTS.every((file) => existsSync(inWorkspace('dist', 'apps', file)));
  return complete && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

/** Builds what is stale; what Nx has in its cache is not built again. */
export const build = () => buildApps([]);

/** Builds everything, whatever the cache says. */
export const buildFromSources = () => buildApps(['--skip-nx-cache']);

async function buildApps(/** @type {string[]} */ options) {
  rmSync(STAMP, { force: true });
  const before = fingerprint();
  const { code, output } = await nx([
    'run-many',
    '-t',
    'build',
    '-p',
    APPS.join(','),
    '--outputStyle=static',
    ...options,
  ]);
  if (code !== 0) throw new Stopped('The build failed; its output is above.', output);
  mkdirSync(inWorkspace('dist'), { recursive: true });
  writeFileSync(STAMP, before); // taken before: what was edited meanwhile is stale
}

/** Path, size and time of every source. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesIn(join(WORKSPACE, source))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesIn(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.endsWith('.spec.ts'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesIn(join(path, name)));
}
