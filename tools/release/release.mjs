import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { step } from '../console/step.mjs';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';
import { run } from '../process/run.mjs';
import { build, isBuilt } from '../setup/build.mjs';
import { npm } from '../setup/npm.mjs';
import { imagesByTag } from './base-images.mjs';

/** Built first, and put into a release as they are. */
export const PROGRAMS = ['api', 'cli', 'portal', 'auth-api'];

/** Beside the programs: what npm needs to install their packages, and what an operator reads and runs. */
export const FILES = ['package.json', 'package-lock.json', '.npmrc', '.env.example', 'CHANGELOG.md', 'docs'];
export const DEPLOYMENT = ['docker/nginx', 'docker/prometheus', 'docker/grafana', 'docker/systemd'];

/**
 * Builds the programs and packs them with their packages and this Node.js, so that the machine that runs them needs
 * neither npm nor a registry.
 *
 * @returns {Promise<string>} the archive, for this platform and architecture
 * @throws {Stopped} with what a step printed, where one fails
 */
export async function release() {
  const byTag = imagesByTag();
  if (byTag.length > 0) throw new Stopped('The images of docker/ must be named by digest.', byTag.join('\n'));
  const { version } = JSON.parse(readFileSync(inWorkspace('package.json'), 'utf8'));
  const name = `cutover-${version}-${process.platform}-${process.arch}`;
  const folder = inWorkspace('dist', 'release', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });

  if (!isBuilt()) await step('Building', build);
  for (const program of PROGRAMS) copy(join('dist', 'apps', program), folder);
  for (const path of [...FILES, ...DEPLOYMENT]) copy(path, folder);
  copyFileSync(process.execPath, join(folder, 'bin', 'node'));
  chmodSync(join(folder, 'bin', 'node'), 0o755);
  await step('Installing the packages that the programs need', () =>
    npm(['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], folder),
  );
  // Owned by nobody of the machine that built it.
  const archive = `${folder}.tar.gz`;
  await step('Packing', async () => {
    const options = ['-czf', archive, '--owner=0', '--group=0', '-C', dirname(folder), name];
    const { code, output } = await run('tar', options);
    if (code !== 0) throw new Stopped(`tar ended with exit code ${code}, see above.`, output);
  });
  return archive;
}

/** @param {string} path relative to the workspace and to the folder alike */
function copy(path, /** @type {string} */ folder) {
  cpSync(inWorkspace(path), join(folder, path), { recursive: true });
}
