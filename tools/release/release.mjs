import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { step } from '../console/step.mjs';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';
import { buildFromSources } from '../setup/build.mjs';
import { npm, npmVersion } from '../setup/npm.mjs';
import { attest, sha256 } from './attest.mjs';
import { imagesByTag } from './base-images.mjs';
import { licenceFault } from './licences.mjs';
import { pack } from './pack.mjs';
import { billOfMaterials, compiledIn, shippedPackages } from './sbom.mjs';
import { fingerprint, signingKey } from './signing.mjs';
import { sourceState } from './source.mjs';

/** Built first, and put into a release as they are. */
export const PROGRAMS = ['api', 'cli', 'portal', 'auth-api'];

/** Beside the programs: what npm needs to install their packages, and what an operator reads and runs. */
export const FILES = ['package.json', 'package-lock.json', '.npmrc', '.env.example', 'CHANGELOG.md', 'docs'];
export const DEPLOYMENT = ['docker/nginx', 'docker/prometheus', 'docker/grafana', 'docker/systemd'];

/**
 * Builds the programs and packs them with their packages and this Node.js, so that the machine that runs them needs
 * neither npm nor a registry. Beside the archive: what it is made of, from what, its checksums, and their signature.
 *
 * @returns {Promise<{ archive: string, beside: string[], signedBy: string | null }>} for this platform and architecture;
 *   `signedBy` is the fingerprint of the key, null where none is set
 * @throws {Stopped} with what a step printed, where one fails
 */
export async function release() {
  const key = signingKey();
  const source = await sourceState();
  const version = refuseUnfit(key !== null, source);
  const name = `cutover-${version}-${process.platform}-${process.arch}`;
  const folder = inWorkspace('dist', 'release', name);
  const node = { version: process.versions.node, sha256: sha256(process.execPath) };

  await assemble(folder);
  const shipped = shippedPackages(folder, packagesOfThePortal());
  const faults = shipped.flatMap((locked) => licenceFault(locked, { shipped: true }) ?? []);
  if (faults.length > 0)
    throw new Stopped('A release holds only what its licences allow.', faults.join('\n'));

  const archive = `${folder}.tar.gz`;
  await step('Packing', () => pack(folder, archive, source.committedAt));
  const beside = await step('Writing down what it is made of', async () => {
    const sbom = await billOfMaterials(folder, shipped, node);
    const lockfile = sha256(inWorkspace('package-lock.json'));
    return attest({
      archive,
      sbom,
      build: { source, lockfile, node, npm: await npmVersion(), version },
      key,
    });
  });
  return { archive, beside, signedBy: key && fingerprint(key) };
}

/** @returns {string} the version, once nothing speaks against a release */
function refuseUnfit(/** @type {boolean} */ toBeSigned, /** @type {{ clean: boolean }} */ { clean }) {
  const byTag = imagesByTag();
  if (byTag.length > 0) throw new Stopped('The images of docker/ must be named by digest.', byTag.join('\n'));
  if (toBeSigned && !clean)
    throw new Stopped(
      'Only a commit is signed: commit or remove what `git status` shows, then run this again.',
    );
  return JSON.parse(readFileSync(inWorkspace('package.json'), 'utf8')).version;
}

async function assemble(/** @type {string} */ folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  await step('Building', buildFromSources);
  for (const program of PROGRAMS) copy(join('dist', 'apps', program), folder);
  for (const path of [...FILES, ...DEPLOYMENT]) copy(path, folder);
  copyFileSync(process.execPath, join(folder, 'bin', 'node'));
  chmodSync(join(folder, 'bin', 'node'), 0o755);
  await step('Installing the packages that the programs need', () =>
    npm(['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], folder),
  );
  rmSync(join(folder, 'node_modules/.package-lock.json')); // npm's notes on this installation
}

const packagesOfThePortal = () =>
  compiledIn(
    readFileSync(inWorkspace('dist/apps/portal/3rdpartylicenses.txt'), 'utf8'),
    inWorkspace('apps/portal/styles'),
  );

/** @param {string} path relative to the workspace and to the folder alike */
function copy(path, /** @type {string} */ folder) {
  cpSync(inWorkspace(path), join(folder, path), { recursive: true });
}
