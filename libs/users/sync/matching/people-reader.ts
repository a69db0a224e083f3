import type { Database } from '@cutover/database';
import { readingHashes } from '../../passwords/local-passwords';
import { ADMISSIBLE_COLUMNS, type AdmissibleRow, toAdmissible, USER_TABLES } from '../../user-record';
import type { Person } from './person';

interface PersonResult extends AdmissibleRow {
  id: number;
  email: string | null;
  role: string;
  azureEmail: string | null;
  hasPassword: number | boolean;
  objectId: string | null;
  upn: string | null;
  runId: string | null;
}

const select = (
  hash: string,
) => `SELECT u.id, u.email, u.role, u.azure_email AS azureEmail, ${ADMISSIBLE_COLUMNS},
  ${hash} IS NOT NULL AS hasPassword, a.object_id AS objectId, a.upn, a.run_id AS runId FROM ${USER_TABLES}`;

/** People in the order of their ids, as many as asked for at most. */
export async function peopleAfter(database: Database, after: number, limit: number): Promise<Person[]> {
  return read(database, 'WHERE u.id > ? ORDER BY u.id LIMIT ?', [after, limit]);
}

/** The people of a range of ids, both ends excluded and included: `(after, upTo]`. */
export async function peopleBetween(database: Database, after: number, upTo: number): Promise<Person[]> {
  return read(database, 'WHERE u.id > ? AND u.id <= ? ORDER BY u.id', [after, upTo]);
}

/** The same in a transaction that is going to change them: nobody else does until its end. */
export async function peopleToChange(database: Database, ids: number[]): Promise<Person[]> {
  if (ids.length === 0) return [];
  const lock = database.engine === 'mysql' ? ' FOR UPDATE' : ''; // on SQLite a transaction has the file for itself
  return read(database, `WHERE u.id IN (${ids.map(() => '?').join(', ')}) ORDER BY u.id${lock}`, ids);
}

/** @param rest from WHERE on */
async function read(database: Database, rest: string, parameters: number[]): Promise<Person[]> {
  const rows = await readingHashes((column) =>
    database.query<PersonResult>(`${select(column)} ${rest}`, parameters),
  );
  return rows.map(toPerson);
}

function toPerson(row: PersonResult): Person {
  const { accountState: state, objectId, upn, accountSeenAt: seenAt, runId } = row;
  return {
    ...toAdmissible(row),
    id: row.id,
    username: row.username,
    email: row.email,
    role: row.role === 'admin' ? 'admin' : 'user',
    azureEmail: row.azureEmail,
    hasPassword: Boolean(row.hasPassword),
    account:
      state === null || runId === null ? null : { state, objectId, upn, seenAt: Number(seenAt), runId },
  };
}
