import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';
import { freePort } from '../process/ports.mjs';
import { run } from '../process/run.mjs';
import { startService } from '../process/service.mjs';
import { standInSettings } from '../stack/external-settings.mjs';
import { untilReady } from '../stack/ready.mjs';
import { startScratchServer } from '../testing/mysql-server.mjs';

/** @import { Release } from './release.mjs' */

const DEADLINE = 60_000; // milliseconds
const key = () => `k:${randomBytes(32).toString('base64')}`;

/** One database, one set of secrets, one public address; programs of either release on them. */
export class Deployment {
  folder = mkdtempSync(join(tmpdir(), 'cutover-two-versions-'));
  /** @type {(() => Promise<unknown>)[]} */
  #endings = [];
  /** @type {NodeJS.Dict<string>} */
  #env = {
    PATH: process.env['PATH'],
    NODE_ENV: 'development',
    PUBLIC_URL: 'http://localhost:3000',
    LOCAL_JWT_SECRET: randomBytes(32).toString('base64url'),
    TOKEN_ENCRYPTION_KEYS: key(),
    AUDIT_KEYS: key(),
    BACKUP_KEY: randomBytes(32).toString('base64'),
    RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0', // everybody here has one address
    GUARDRAIL_INTERVAL: '3600',
  };

  /** @param {'mysql' | 'sqlite'} engine */
  static async open(engine) {
    const deployment = new Deployment();
    deployment.#env['DATABASE_URL'] =
      engine === 'sqlite'
        ? `sqlite:${join(deployment.folder, 'people.sqlite')}`
        : await deployment.#newDatabase();
    await deployment.#startStandIn();
    return deployment;
  }

  /** @param {Release} release @param {string[]} args @param {string} [input] @returns {Promise<any>} by command */
  async cutover(release, args, input) {
    const { code, stdout, output } = await this.tryCutover(release, args, input);
    if (code !== 0)
      throw new Stopped(`\`cutover ${args.join(' ')}\` of ${release.name}: exit code ${code}.`, output);
    return JSON.parse(stdout);
  }

  /** @param {Release} release @param {string[]} args @param {string} [input] */
  tryCutover({ folder }, args, input) {
    const main = join(folder, 'dist', 'apps', 'cli', 'main.js');
    return run(process.execPath, [main, ...args, '--json'], { cwd: this.folder, env: this.#env, input });
  }

  /** @param {Release} release @returns an API that answers */
  async startApi({ name, folder }) {
    const port = await freePort();
    const service = startService(`The API of ${name}`, join(folder, 'dist', 'apps', 'api', 'main.js'), {
      cwd: this.folder,
      env: { ...this.#env, PORT: String(port) },
    });
    this.#endings.push(service.stop);
    const url = `http://127.0.0.1:${port}`;
    await untilReady(`${url}/health/ready`, service, DEADLINE);
    return { url, stop: service.stop };
  }

  /** @param {{ username: string, password: string }[]} people whom the external side knows */
  async addAccounts(people) {
    const response = await fetch(`${this.#env['EXTERNAL_AUTH_API_URL']}/control/people`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        people: people.map(({ username, password }) => ({ username, password, name: username })),
      }),
    });
    if (!response.ok) throw new Stopped(`The stand-in refuses the people: ${await response.text()}`);
  }

  async close() {
    for (const end of this.#endings.splice(0).reverse()) await end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #startStandIn() {
    const port = await freePort();
    const env = { PATH: process.env['PATH'], NODE_ENV: 'development', AUTH_API_PORT: String(port) };
    const standIn = startService('The stand-in', inWorkspace('dist', 'apps', 'auth-api', 'main.js'), {
      cwd: this.folder,
      env,
    });
    this.#endings.push(standIn.stop);
    await standIn.printed(/ready at http/, DEADLINE);
    Object.assign(this.#env, standInSettings(`http://127.0.0.1:${port}`));
  }

  async #newDatabase() {
    const given = process.env['TEST_DATABASE_URL'];
    const server = given ? { url: given, stop: async () => undefined } : await startScratchServer();
    this.#endings.push(server.stop);
    const name = `cutover_two_versions_${randomBytes(6).toString('hex')}`;
    const connection = await createConnection(server.url);
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`).finally(() => connection.end());
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    mkdirSync(this.folder, { recursive: true });
    return url.href;
  }
}
