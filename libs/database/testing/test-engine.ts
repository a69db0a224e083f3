import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSettings } from '@cutover/config';
import { createConnection } from 'mysql2/promise';
import type { Engine } from '../database';

export interface TestDatabase {
  connection: DatabaseSettings['connection'];
  /** As in `DATABASE_URL`. */
  url: string;
  drop(): Promise<void>;
}

export interface TestEngine {
  name: Engine;
  /** A new, empty database of its own. */
  createDatabase(): Promise<TestDatabase>;
}

const sqlite: TestEngine = {
  name: 'sqlite',
  createDatabase: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-sqlite-'));
    const path = join(folder, 'test.sqlite');
    return {
      connection: { engine: 'sqlite', path },
      url: `sqlite:${path}`,
      drop: async () => {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

/** A real server of the MySQL family, for what only several processes can show. */
export const mysqlEngine: TestEngine = {
  name: 'mysql',
  createDatabase: async () => {
    const server = process.env['TEST_DATABASE_URL'];
    if (!server)
      throw new Error(
        'TEST_DATABASE_URL is not set: the jest config lacks tools/testing/jest-database-setup.mjs',
      );
    const name = `cutover_test_${randomBytes(6).toString('hex')}`;
    const run = async (sql: string) => {
      const connection = await createConnection(withDatabase(server, ''));
      await connection.query(sql).finally(() => connection.end());
    };
    await run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    const url = withDatabase(server, name);
    return { connection: { engine: 'mysql', url }, url, drop: () => run(`DROP DATABASE ${name}`) };
  },
};

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** The same tests on the embedded engine and on a real server of the MySQL family. */
export function describeOnEachEngine(name: string, tests: (engine: TestEngine) => void): void {
  describe.each([sqlite, mysqlEngine])(`${name} ($name)`, tests);
}

/** For tests that start a process at every step: what it stands on has shown itself on both engines in its own lib. */
export function describeOnMysql(name: string, tests: (engine: TestEngine) => void): void {
  describe.each([mysqlEngine])(name, tests);
}
