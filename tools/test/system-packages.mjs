import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step } from '../console/step.mjs';
import { Stopped } from '../console/stopped.mjs';
import { run } from '../process/run.mjs';

/** Servers are in sbin, which an ordinary person's PATH may lack. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

const NEEDED = [
  {
    packageName: 'mariadb-server',
    programs: ['mariadbd', 'mysqld'],
    isNeeded: () => !process.env['TEST_DATABASE_URL'],
  },
  { packageName: 'chromium', programs: ['chromium'], isNeeded: () => !process.env['CHROMIUM_PATH'] },
  { packageName: 'prometheus', programs: ['promtool'], isNeeded: () => true },
  { packageName: 'nginx', programs: ['nginx'], isNeeded: () => true },
];

/**
 * A database server, a browser, a proxy, and what alerting rules are tested with, from the system’s packages.
 *
 * @throws {Stopped} naming the one line that installs them, where this process may not
 */
export async function ensureSystemPackages() {
  const missing = NEEDED.filter(({ programs, isNeeded }) => isNeeded() && !programs.some(isPresent));
  if (missing.length === 0) return;
  const names = missing.map(({ packageName }) => packageName);
  if (!isPresent('apt-get') || process.getuid?.() !== 0) {
    throw new Stopped(
      `The tests need ${names.join(' and ')}; on Debian or Ubuntu: sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    );
  }
  await step(`Installing ${names.join(' and ')}`, () => aptInstall(names));
}

const isPresent = (/** @type {string} */ program) =>
  FOLDERS.some((folder) => existsSync(join(folder, program)));

/** @param {string[]} names */
async function aptInstall(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', ...names], { env });
  if ((await install()).code === 0) return;
  await run('apt-get', ['update'], { env }); // the lists may be missing or old
  const { code, output } = await install();
  if (code !== 0) {
    throw new Stopped(
      `apt-get could not install ${names.join(' and ')}: check the network connection.`,
      output,
    );
  }
}
