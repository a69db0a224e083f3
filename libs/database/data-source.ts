import { type DatabaseSettings, mysqlAddressOf } from '@cutover/config';
import { migrations } from '@cutover/migrations';
import { DataSource, type DataSourceOptions, type MixedList, type EntitySchema } from 'typeorm';
import { classified } from './errors';
import { mysqlDriver, mysqlServerVersion } from './mysql-driver';
import { NodeSqliteDriver } from './node-sqlite-driver';
import { silentLogger } from './silent-logger';

type Connection = DatabaseSettings['connection'];
export type Entities = MixedList<(abstract new (...parameters: never[]) => unknown) | EntitySchema | string>;

/** Milliseconds. */
const CONNECT_TIMEOUT = 5000;
/** Milliseconds to wait for another process's lock on the file; the event loop stands still meanwhile. */
const SQLITE_BUSY_TIMEOUT = 2000;
/** Connections of one process; a few processes stay below MySQL's default of 151 together. */
const POOL_SIZE = 20;

/** The one definition of the data source, for the API, the command line and the tests. */
export async function dataSourceOptions(
  connection: Connection,
  entities: Entities = [],
): Promise<DataSourceOptions> {
  const common = {
    entities: entities as DataSourceOptions['entities'],
    migrations,
    // The legacy application may keep a table "migrations" of its own.
    migrationsTableName: 'cutover_migrations',
    synchronize: false,
    logging: false,
    logger: silentLogger,
  };
  if (connection.engine === 'sqlite') {
    return {
      ...common,
      type: 'better-sqlite3',
      driver: NodeSqliteDriver,
      database: connection.path,
      enableWAL: true,
      timeout: SQLITE_BUSY_TIMEOUT,
    };
  }
  const address = mysqlAddressOf(connection.url);
  const { username: user, ...where } = address;
  const version = await mysqlServerVersion({ ...where, user, connectTimeout: CONNECT_TIMEOUT }).catch(
    (error: unknown) => {
      throw classified(error);
    },
  );
  return {
    ...common,
    ...address,
    driver: mysqlDriver,
    // TypeORM reads a MariaDB default of NULL as the text 'NULL' unless it is told which of the two it meets.
    type: version.includes('MariaDB') ? 'mariadb' : 'mysql',
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT,
    poolSize: POOL_SIZE,
    supportBigNumbers: true,
    bigNumberStrings: false,
  };
}

/** A data source that is not connected yet. */
export function createDataSource(options: DataSourceOptions): DataSource {
  const dataSource = new DataSource(options);
  // SQLite takes any name for a type, and text is as long as it is (https://sqlite.org/datatype3.html section 3.1):
  // so one entity can have a column for a token of any length on both engines.
  if (options.type === 'better-sqlite3') dataSource.driver.supportedDataTypes.push('longtext');
  return dataSource;
}

/** @returns a connected data source. @throws ServiceUnavailable */
export async function openDataSource(connection: Connection, entities: Entities = []): Promise<DataSource> {
  try {
    return await createDataSource(await dataSourceOptions(connection, entities)).initialize();
  } catch (error) {
    throw classified(error);
  }
}
