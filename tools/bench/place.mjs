import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inWorkspace } from '../paths.mjs';
import { freePort } from '../process/ports.mjs';
import { cutover } from '../stack/cutover.mjs';
import { startScratchServer } from '../testing/mysql-server.mjs';
import { startProgram } from './program.mjs';

/** Where measuring happens: a database server, and programs and databases that end with the row that asked for them. */
export class Place {
  folder = mkdtempSync(join(tmpdir(), 'cutover-bench-'));
  /** @type {(() => Promise<unknown>)[]} */
  #endings = [];
  #serverUrl;
  #stopServer;

  secrets = {
    LOCAL_JWT_SECRET: randomBytes(32).toString('base64url'),
    TOKEN_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    AUDIT_KEYS: `bench:${randomBytes(32).toString('base64')}`,
  };

  /**
   * @param {string} serverUrl
   * @param {string} version of the server
   * @param {() => Promise<void>} stopServer
   */
  constructor(serverUrl, version, stopServer) {
    this.#serverUrl = serverUrl;
    this.version = version;
    this.#stopServer = stopServer;
  }

  /** Uses the server of TEST_DATABASE_URL, or starts one. */
  static async open() {
    const given = process.env['TEST_DATABASE_URL'];
    const server = given ? { url: given, stop: async () => undefined } : await startScratchServer();
    const rows = /** @type {{ version: string }[]} */ (
      await onServer(server.url, 'SELECT VERSION() AS version')
    );
    return new Place(server.url, rows[0]?.version ?? 'unknown', server.stop);
  }

  /**
   * Runs one row and ends what it started, the last first.
   *
   * @template T
   * @param {(place: Place) => Promise<T>} row
   */
  async during(row) {
    try {
      return await row(this);
    } finally {
      for (const end of this.#endings.splice(0).reverse()) await end();
    }
  }

  /** A migrated database of its own, and a connection to it. */
  async newDatabase() {
    const name = `cutover_bench_${randomBytes(6).toString('hex')}`;
    await onServer(this.#serverUrl, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    this.#endings.push(() => onServer(this.#serverUrl, `DROP DATABASE ${name}`));
    const url = new URL(this.#serverUrl);
    url.pathname = `/${name}`;
    await this.cutover(['db', 'migrate'], url.href);
    const connection = await createConnection(url.href);
    this.#endings.push(() => connection.end());
    return { url: url.href, connection };
  }

  /**
   * The operator's command on a database.
   *
   * @param {string[]} args
   * @param {string} databaseUrl
   * @param {string} [input]
   */
  cutover(args, databaseUrl, input) {
    const env = { PATH: process.env['PATH'], ...this.secrets, DATABASE_URL: databaseUrl };
    return cutover(args, { cwd: this.folder, input, env });
  }

  /**
   * A program of the bench: a bare limit, or the upstream.
   *
   * @param {string} file in this folder
   * @param {NodeJS.ProcessEnv} [env]
   */
  async program(file, env = {}) {
    const name = file.replace(/\.mjs$/, '').replace('/', '-');
    return this.#start(name, inWorkspace('tools', 'bench', file), '/', env);
  }

  /**
   * The API from its artefact, with its settings as they are shipped, but for limits on how often one may sign in.
   *
   * @param {string} name of its log
   * @param {NodeJS.ProcessEnv} env
   */
  api(name, env) {
    return this.#start(name, inWorkspace('dist', 'apps', 'api', 'main.js'), '/health/ready', {
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '0',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT_HOUR: '0',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0',
      ...this.secrets,
      ...env,
    });
  }

  /** What else is to end with the row. @param {() => Promise<unknown>} ending */
  endWith(ending) {
    this.#endings.push(ending);
  }

  async close() {
    rmSync(this.folder, { recursive: true, force: true });
    await this.#stopServer();
  }

  /** @param {string} name @param {string} file @param {string} ready @param {NodeJS.ProcessEnv} env */
  async #start(name, file, ready, env) {
    const program = await startProgram(name, file, {
      port: await freePort(),
      cwd: this.folder,
      ready,
      env,
    });
    this.#endings.push(program.stop);
    return program;
  }
}

/** @param {string} url @param {string} sql */
async function onServer(url, sql) {
  const connection = await createConnection(url);
  const [rows] = await connection.query(sql).finally(() => connection.end());
  return rows;
}
