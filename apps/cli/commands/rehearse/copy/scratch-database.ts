import { existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadSettings, readEnvironment, sendsInClear } from '@cutover/config';
import { Database, openDataSource } from '@cutover/database';
import { ScratchRefused } from '../errors';

type Connection = ReturnType<typeof loadSettings>['database']['connection'];

/** A database that is the rehearsal's alone, from empty to empty. */
export class ScratchDatabase {
  private constructor(
    /** As in `DATABASE_URL`, for the programs. */
    readonly url: string,
    readonly database: Database,
    /** `SQLite 3.53.0`, `10.11.14-MariaDB`. */
    readonly version: string,
    readonly close: () => Promise<void>,
    private readonly file: string | null,
  ) {}

  /**
   * Opens it.
   *
   * @param real the deployment's own
   * @throws ScratchRefused where it is the deployment's, or anything is in it; ConfigurationError, ServiceUnavailable
   */
  static async open(
    { database: url, folder }: { database: string | null; folder: string },
    real: Connection,
  ): Promise<ScratchDatabase> {
    const connection = connectionOf({ DATABASE_URL: url ?? `sqlite:${join(folder, 'copy.sqlite')}` }, folder);
    const { NODE_ENV, DATABASE_ALLOW_PLAINTEXT } = readEnvironment();
    if (NODE_ENV === 'production' && DATABASE_ALLOW_PLAINTEXT !== 'true' && sendsInClear(connection))
      throw new ScratchRefused('is on another host without TLS: add ?ssl=true to its address.');
    if (isSame(connection, real))
      throw new ScratchRefused('names the database of this deployment (DATABASE_URL).');
    if (connection.engine === 'sqlite' && existsSync(connection.path) && statSync(connection.path).size > 0)
      throw new ScratchRefused(`names a file that holds something: ${connection.path}.`);
    const source = await openDataSource(connection);
    const database = new Database(source);
    try {
      const tables = await tablesIn(database);
      if (tables.length > 0)
        throw new ScratchRefused(
          `names a database that is not empty: it holds ${tables.length} table(s), ${tables.slice(0, 5).join(', ')}.`,
        );
      const [row] = await database.query<{ version: string }>(
        database.engine === 'mysql' ? 'SELECT VERSION() AS version' : 'SELECT sqlite_version() AS version',
      );
      const version = `${database.engine === 'sqlite' ? 'SQLite ' : ''}${row?.version ?? ''}`;
      const file = connection.engine === 'sqlite' ? connection.path : null;
      return new ScratchDatabase(urlOf(connection), database, version, () => source.destroy(), file);
    } catch (error) {
      await source.destroy();
      throw error;
    }
  }

  /** Removes every table. Only ever called on what {@link open} found empty. */
  async empty(): Promise<void> {
    for (const table of await tablesIn(this.database)) await this.database.execute(`DROP TABLE \`${table}\``);
  }

  /** As it was found: without a table, or without a file. */
  async remove(): Promise<void> {
    await this.empty();
    if (this.file !== null)
      for (const suffix of ['', '-wal', '-shm']) rmSync(this.file + suffix, { force: true });
  }
}

/** Read as `DATABASE_URL` is, and as strictly. @throws ConfigurationError */
export function connectionOf(
  variables: { DATABASE_URL?: string; DATABASE_URL_FILE?: string },
  folder: string,
): Connection {
  const { connection } = loadSettings(variables, { secretsFile: join(folder, 'secrets.env') }).database;
  return connection.engine === 'sqlite' ? { engine: 'sqlite', path: resolve(connection.path) } : connection;
}

const urlOf = (connection: Connection) =>
  connection.engine === 'mysql' ? connection.url : `sqlite:${connection.path}`;

/** By another name of its host it may still be the same; what keeps that one safe is that it is not empty. */
function isSame(one: Connection, other: Connection): boolean {
  if (one.engine === 'sqlite')
    return other.engine === 'sqlite' && (realPath(one.path) ?? one.path) === realPath(other.path);
  if (other.engine === 'sqlite') return false;
  return placeOf(one.url) === placeOf(other.url);
}

const realPath = (path: string) => (existsSync(path) ? realpathSync(path) : null);

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname.toLowerCase()}:${port || '3306'}${decodeURIComponent(pathname)}`;
}

async function tablesIn(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    database.engine === 'mysql'
      ? `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()`
      : `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  );
  return rows.map(({ name }) => name);
}
