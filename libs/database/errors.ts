import { types } from 'node:util';
import { ProblemError } from '@cutover/contracts';

/** The database cannot be reached, or has no connection left in time. */
export class ServiceUnavailable extends ProblemError {
  readonly code = 'service_unavailable';
  constructor(cause: unknown) {
    super({ detail: 'The service cannot reach its database. Try again in a minute.', retryAfter: 30, cause });
  }
}

/** A schema step that would lose data; `detail` names the rows and what to do about them. */
export class MigrationRefused extends ProblemError {
  readonly code = 'validation_failed';
}

/** mysql2's and Node's codes for "nobody answered", and SQLite's for "somebody holds the lock". */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_OPTION_PREVENTS_STATEMENT', // a replica, or a primary that is being replaced
  'POOL_CLOSED',
  'ERR_INVALID_STATE', // node:sqlite, closed
]);
/** SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN: the low byte of https://sqlite.org/rescode.html */
const SQLITE_UNAVAILABLE = new Set([5, 6, 8, 10, 13, 14]);

interface DriverError extends Error {
  /** mysql2's and Node's. */
  code?: string;
  /** mysql2: the connection is lost. */
  fatal?: boolean;
  /** node:sqlite's extended result code. */
  errcode?: number;
  /** TypeORM's, and the rest of the world's, way to say what is behind an error. */
  driverError?: unknown;
}

/** Turns a driver's complaint into {@link ServiceUnavailable} where it means that; any other error stays what it is. */
export function classified(error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  const cause = chainOf(error).find(isUnavailable);
  return cause ? new ServiceUnavailable(describe(cause)) : error;
}

/** Whether the database ended a transaction in favour of another: nothing of it happened, and it may be tried again. */
export const isDeadlock = (error: unknown) => chainOf(error).some(({ code }) => code === 'ER_LOCK_DEADLOCK');

/** Whether a statement failed because a row of that key is there already. */
export const isDuplicate = (error: unknown) =>
  // SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY (https://sqlite.org/rescode.html)
  chainOf(error).some(({ code, errcode }) => code === 'ER_DUP_ENTRY' || errcode === 2067 || errcode === 1555);

/** Whether a statement failed because a column of that name is not there. */
export const isMissingColumn = (error: unknown, column: string) =>
  chainOf(error).some(
    ({ code, message }) =>
      // SQLite has one code for whatever a statement gets wrong.
      (code === 'ER_BAD_FIELD_ERROR' || /no such column|has no column named/.test(message)) &&
      message.includes(column),
  );

function isUnavailable({ code, fatal, errcode, message }: DriverError): boolean {
  if (fatal === true || (code !== undefined && UNAVAILABLE.has(code))) return true;
  if (errcode !== undefined && SQLITE_UNAVAILABLE.has(errcode & 0xff)) return true;
  return message.startsWith('Connection is not established'); // TypeORM's, which has no code
}

function chainOf(error: unknown): DriverError[] {
  const chain: DriverError[] = [];
  // isNativeError, unlike instanceof, also knows errors of Node's own realm inside Jest's.
  for (let link = error; types.isNativeError(link);) {
    const driverError = link as DriverError;
    chain.push(driverError);
    link = driverError.driverError ?? driverError.cause;
  }
  return chain;
}

/** Without the statement and its parameters, which TypeORM attaches and which may hold anything. */
const describe = (error: DriverError) => `${error.code ?? error.name}: ${error.message}`;
