import type { Pin } from '@cutover/contracts';
import type { Database } from '@cutover/database';
import type { ExternalAccountState } from '../../external-accounts/external-account-state';
import { readingHashes } from '../../passwords/local-passwords';
import type { Person } from './person';

interface PersonResult {
  id: number;
  username: string;
  email: string | null;
  role: string;
  active: number | boolean;
  externalUserId: string | null;
  azureEmail: string | null;
  hasPassword: number | boolean;
  pin: Pin;
  state: ExternalAccountState | null;
  objectId: string | null;
  upn: string | null;
  seenAt: number | string | null;
  runId: string | null;
}

const select = (
  hash: string,
) => `SELECT u.id, u.username, u.email, u.role, u.is_active AS active, u.external_user_id AS externalUserId,
  u.azure_email AS azureEmail, ${hash} IS NOT NULL AS hasPassword, st.pin,
  a.state, a.object_id AS objectId, a.upn, a.seen_at AS seenAt, a.run_id AS runId
  FROM users u LEFT JOIN cutover_user_state st ON st.user_id = u.id
  LEFT JOIN cutover_external_accounts a ON a.user_id = u.id`;

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

function toPerson({ state, objectId, upn, seenAt, runId, ...row }: PersonResult): Person {
  return {
    ...row,
    role: row.role === 'admin' ? 'admin' : 'user',
    active: Boolean(row.active),
    hasPassword: Boolean(row.hasPassword),
    account:
      state === null || runId === null ? null : { state, objectId, upn, seenAt: Number(seenAt), runId },
  };
}
