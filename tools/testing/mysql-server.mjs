import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALL = 'apt-get install -y --no-install-recommends mariadb-server';
const GUARD = fileURLToPath(new URL('scratch-guard.mjs', import.meta.url));
/** Milliseconds. */
const START_TIMEOUT = 30_000;

/** No durability and small buffers: the data lives as long as one run of tests. */
const FAST = [
  '--innodb-flush-log-at-trx-commit=0',
  '--skip-log-bin',
  '--innodb-buffer-pool-size=64M',
  '--max-connections=400',
  '--skip-name-resolve',
];

/**
 * Starts a MySQL-family server of its own: private data directory, free port, gone afterwards.
 *
 * @param {string[]} [options] further ones of the server
 * @returns {Promise<{ url: string, version: string, stop: () => Promise<void> }>} a URL without a database name
 * @throws {Error} naming the one line that installs a server, where there is none
 */
export async function startScratchServer(options = []) {
  const daemon = findProgram(['mariadbd', 'mysqld']);
  if (!daemon)
    throw new Error(
      `No MySQL-family server is installed. Install one with: ${INSTALL} (or set TEST_DATABASE_URL).`,
    );

  const folder = mkdtempSync(join(tmpdir(), 'cutover-mysql-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const data = join(folder, 'data');
    const asUser = runsAsRoot() ? ['--user=root'] : [];
    initialise(daemon, data, asUser, folder);
    const port = await freePort();
    const server = spawn(
      daemon,
      [
        '--no-defaults',
        ...asUser,
        `--datadir=${data}`,
        `--tmpdir=${folder}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(folder, 'mysql.sock')}`,
        `--pid-file=${join(folder, 'mysql.pid')}`,
        ...FAST,
        ...options,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const guard = guardOf(server, folder);
    let log = '';
    server.stderr.on('data', (chunk) => (log = (log + chunk).slice(-4000)));
    const ended = new Promise((resolve) => server.once('exit', resolve));
    await answering(port, server, () => log);
    return {
      url: `mysql://root@127.0.0.1:${port}`,
      version: spawnSync(daemon, ['--no-defaults', '--version'], { encoding: 'utf8' }).stdout.trim(),
      stop: async () => {
        server.kill('SIGTERM');
        await ended;
        remove();
        guard.stdin.end('stopped');
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Removes the server if we end without stopping it; in a process group of its own, which Ctrl-C does not reach. */
function guardOf(server, folder) {
  const guard = spawn(process.execPath, [GUARD, String(server.pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  guard.unref();
  /** @type {import('node:net').Socket} */ (guard.stdin).unref();
  guard.stdin.on('error', () => undefined); // it ended before us
  return guard;
}

function initialise(daemon, data, asUser, folder) {
  const installer = findProgram(['mariadb-install-db']);
  const [program, ...options] =
    installer && daemon.endsWith('mariadbd')
      ? [
          installer,
          '--no-defaults',
          ...asUser,
          `--datadir=${data}`,
          '--auth-root-authentication-method=normal',
          '--skip-test-db',
        ]
      : [daemon, '--no-defaults', ...asUser, '--initialize-insecure', `--datadir=${data}`];
  // Two at once would take each other's files away in a folder that they share.
  const env = { ...process.env, TMPDIR: folder };
  const { status, stderr, error } = spawnSync(program, options, { encoding: 'utf8', env });
  if (status !== 0)
    throw new Error(`${program} could not make a data directory: ${error?.message ?? stderr.slice(-1000)}`);
}

async function answering(port, server, log) {
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    if (server.exitCode !== null)
      throw new Error(`the scratch database server ended while starting:\n${log()}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  server.kill('SIGKILL');
  throw new Error(`the scratch database server did not answer within ${START_TIMEOUT / 1000} s:\n${log()}`);
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => resolve(true) ?? socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });

const runsAsRoot = () => process.platform !== 'win32' && userInfo().uid === 0;

/** @param {string[]} names */
function findProgram(names) {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/local/mysql/bin',
  ];
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (existsSync(path) && isExecutable(path)) return path;
    }
  }
  return null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
