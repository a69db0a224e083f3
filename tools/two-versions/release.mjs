import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Stopped } from '../console/stopped.mjs';
import { BIN, inWorkspace, WORKSPACE } from '../paths.mjs';
import { run } from '../process/run.mjs';
import { build, isBuilt } from '../setup/build.mjs';
import { npm } from '../setup/npm.mjs';

const APPS = ['api', 'cli'];
const FOLDER = inWorkspace('dist', 'two-versions');

/**
 * A release as it was built.
 *
 * @typedef {object} Release
 * @property {string} name
 * @property {string} folder its workspace: programs are in `dist/apps`
 */

/** This one, built if it is stale. @returns {Promise<Release>} */
export async function thisRelease() {
  if (!isBuilt()) await build();
  return { name: 'this release', folder: WORKSPACE };
}

/**
 * The sources of a revision, built with the packages of that revision.
 *
 * @param {string} revision
 * @returns {Promise<Release>}
 * @throws {Stopped} where the revision is not known here, or does not build
 */
export async function releaseOf(revision) {
  const folder = join(FOLDER, 'before');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = join(FOLDER, 'before.tar');
  await must('git', ['archive', '--format=tar', '-o', archive, revision], WORKSPACE);
  await must('tar', ['-xf', archive, '-C', folder], WORKSPACE);
  rmSync(archive);
  if (samePackages(folder)) symlinkSync(inWorkspace('node_modules'), join(folder, 'node_modules'));
  else await npm(['ci', '--no-audit', '--no-fund'], folder);
  for (const app of APPS) {
    const webpack = existsSync(join(folder, 'node_modules/.bin/webpack-cli'))
      ? join(folder, 'node_modules/.bin/webpack-cli')
      : join(BIN, 'webpack-cli');
    await must(process.execPath, [webpack, 'build', '--config', `apps/${app}/webpack.config.cjs`], folder);
  }
  return { name: revision, folder };
}

/** Whether the packages that a program loads are the same versions: then those that are here serve. @param {string} folder */
function samePackages(folder) {
  const [theirs, ours] = [folder, WORKSPACE].map((root) => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
    return JSON.stringify(shipped.map(([path, { version }]) => [path, version]).sort());
  });
  return theirs === ours;
}

/** @param {string} command @param {string[]} args @param {string} cwd */
async function must(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd });
  if (code !== 0) throw new Stopped(`\`${[command, ...args].join(' ')}\` failed, see above.`, output);
}
