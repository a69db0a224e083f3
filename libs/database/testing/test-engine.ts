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

export const sqliteEngine: TestEngine = {
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
export const mysqlEngine = mysqlEngineOn(() => {
  const server = process.env['TEST_DATABASE_URL'];
  if (server) return server;
  throw new Error(
    'TEST_DATABASE_URL is not set: the jest config lacks tools/testing/jest-database-setup.mjs',
  );
});

/** @param server URL of a server, without a database */
export function mysqlEngineOn(server: () => string): TestEngine {
  return {
    name: 'mysql',
    createDatabase: async () => {
      const name = `cutover_test_${randomBytes(6).toString('hex')}`;
      await onServer(server(), `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      const url = withDatabase(server(), name);
      return {
        connection: { engine: 'mysql', url },
        url,
        drop: () => onServer(server(), `DROP DATABASE ${name}`),
      };
    },
  };
}

/** One statement on a connection of its own. @param server URL of a server, without a database */
export async function onServer(server: string, sql: string): Promise<void> {
  const connection = await createConnection(withDatabase(server, ''));
  await connection.query(sql).finally(() => connection.end());
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** The same tests on the embedded engine and on a real server of the MySQL family. */
export function describeOnEachEngine(name: string, tests: (engine: TestEngine) => void): void {
  describe.each([sqliteEngine, mysqlEngine])(`${name} ($name)`, tests);
}

/** For tests that start a process at every step: what it stands on has shown itself on both engines in its own lib. */
export function describeOnMysql(name: string, tests: (engine: TestEngine) => void): void {
  describe.each([mysqlEngine])(name, tests);
}
