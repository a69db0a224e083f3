import {
  type ConnectionOptions,
  createConnection,
  createPool,
  type FieldPacket,
  type PoolConnection,
  type PoolOptions,
  Types,
} from 'mysql2';
import { boundValues } from './mysql-parameters';
import type { PoolLoad } from './pool-load';

/**
 * What a session says of itself before its first statement, whatever the server says of sessions: without it a quote in
 * a name ends a text (NO_BACKSLASH_ESCAPES, character sets like gbk), a text is a name (ANSI_QUOTES), a value is cut to
 * fit (no strict mode), what was written is never committed (autocommit, completion_type), or rows are left out
 * (sql_select_limit). Zero dates and the row with id 0 of a legacy table stay as they are.
 */
const SESSION = [
  `SET NAMES utf8mb4 COLLATE utf8mb4_general_ci,
    sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION',
    autocommit = 1, completion_type = 0, time_zone = '+00:00', default_storage_engine = InnoDB,
    sql_auto_is_null = 0, sql_safe_updates = 0, sql_select_limit = 18446744073709551615`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
];
/** Milliseconds for each of them: a server that accepted us and says nothing is no use. */
const SESSION_TIMEOUT = 5000;

/** Statements that a connection keeps prepared; the server has 16,382 for everybody (max_prepared_stmt_count). */
const KEPT_STATEMENTS = 100;
/** A statement of more parameters is about a set, whose size the next one will not share: not worth a place. */
const LARGEST_KEPT = 24;

/** The server has no prepared statement left to give, or has lost the one that we had: none of them was executed. */
const NOT_PREPARED = new Set([
  'ER_MAX_PREPARED_STMT_COUNT_REACHED',
  'ER_NEED_REPREPARE',
  'ER_UNKNOWN_STMT_HANDLER',
]);

type Failure = Error & { code?: string };
type Done<T> = (error: Failure | null, result?: T) => void;
type Answer = [unknown, unknown];

/** What is needed of a connection, pooled or not. */
type Session = Pick<PoolConnection, 'query' | 'destroy'>;

/** mysql2 behind the surface of it that TypeORM's driver uses: the one place where connections to a server begin. */
export const mysqlDriver = {
  createPool: (options: PoolOptions) =>
    new MysqlPool(createPool({ ...options, maxPreparedStatements: KEPT_STATEMENTS })),
};

/** @returns the version that a server tells, which names its make */
export async function mysqlServerVersion(options: ConnectionOptions): Promise<string> {
  const connection = createConnection(options);
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    begin(connection, (failure) => {
      if (failure) return reject(failure);
      connection.query('SELECT VERSION() AS version', (error, rows) => {
        connection.end();
        if (error) reject(error);
        else resolve((rows as { version: string }[])[0]?.version ?? '');
      });
    });
  });
}

/** Hands out connections that have said what they are; one that could not is destroyed and never handed out. */
export class MysqlPool {
  private readonly sessions = new WeakMap<PoolConnection, MysqlSession>();

  constructor(private readonly pool: ReturnType<typeof createPool>) {}

  getConnection(done: Done<MysqlSession>): void {
    this.pool.getConnection((error, connection) => {
      if (error) return done(error);
      const known = this.sessions.get(connection);
      if (known) return done(null, known);
      begin(connection, (failure) => {
        if (failure) return done(failure);
        const session = new MysqlSession(connection);
        this.sessions.set(connection, session);
        done(null, session);
      });
    });
  }

  end(done: (error?: Error | null) => void): void {
    this.pool.end(done);
  }

  /** What mysql2's pool keeps and does not tell otherwise (lib/base/pool.js). */
  get load(): PoolLoad {
    const { config, _allConnections, _freeConnections, _connectionQueue } = this
      .pool as unknown as MysqlPoolInside;
    return {
      inUse: _allConnections.length - _freeConnections.length,
      idle: _freeConnections.length,
      most: config.connectionLimit,
      waiting: _connectionQueue.length,
    };
  }
}

interface MysqlPoolInside {
  config: { connectionLimit: number };
  _allConnections: { length: number };
  _freeConnections: { length: number };
  _connectionQueue: { length: number };
}

/** A connection on which values travel beside the statement, never inside it. */
class MysqlSession {
  constructor(private readonly connection: PoolConnection) {}

  promise() {
    return { query: (sql: string, values: unknown[] = []) => this.query(sql, values) };
  }

  listeners(event: string) {
    return this.connection.listeners(event);
  }

  on(event: 'error', listener: (error: Error) => void): void {
    this.connection.on(event, listener);
  }

  release(): void {
    this.connection.release();
  }

  private async query(sql: string, values: unknown[]): Promise<Answer> {
    if (values.length === 0) return this.ask((done) => this.connection.query(sql, done));
    const { typed, plain } = boundValues(values);
    try {
      return await this.ask((done) => this.connection.execute(sql, typed, done));
    } catch (error) {
      if (!NOT_PREPARED.has((error as Failure).code ?? '')) throw error;
      this.connection.unprepare(sql);
      // Somebody else has taken them all, and people want to sign in. The session's modes are ours, so that the driver's
      // quoting is right.
      return await this.ask((done) => this.connection.query(sql, plain, done));
    } finally {
      if (values.length > LARGEST_KEPT) this.connection.unprepare(sql);
    }
  }

  private ask(statement: (done: (error: Failure | null, rows: unknown, fields: unknown) => void) => void) {
    return new Promise<Answer>((resolve, reject) => {
      statement((error, rows, fields) => {
        if (error) reject(error);
        else resolve([withoutBits(rows, fields), fields]);
      });
    });
  }
}

/** A BIT is a number, as every other flag, and not bytes that could be a text: `b'01011001'` is no `Y`. */
function withoutBits(rows: unknown, fields: unknown): unknown {
  const bits =
    (fields as FieldPacket[] | undefined)?.filter(({ columnType }) => columnType === Types.BIT) ?? [];
  for (const { name } of bits)
    for (const row of rows as Record<string, unknown>[]) {
      const bytes = row[name];
      if (Buffer.isBuffer(bytes) && bytes.length <= 6) row[name] = bytes.readUIntBE(0, bytes.length);
    }
  return rows;
}

function begin(connection: Session, done: (failure: Failure | null) => void, statements = SESSION): void {
  const [sql, ...rest] = statements;
  if (sql === undefined) return done(null);
  connection.query({ sql, timeout: SESSION_TIMEOUT }, (error) => {
    if (!error) return begin(connection, done, rest);
    connection.destroy();
    done(error);
  });
}
