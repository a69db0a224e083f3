import type { Database } from '@cutover/database';
import { BackupFileRefused } from './errors';
import type { BackupHeader } from './format/records';
import { Table } from './table';

const NAMES: Record<keyof BackupHeader['columns'], string> = {
  users: 'users',
  state: 'cutover_user_state',
  account: 'cutover_external_accounts',
  runs: 'cutover_sync_runs',
  changes: 'cutover_sync_changes',
};
const KINDS = Object.keys(NAMES) as (keyof typeof NAMES)[];

/** What a backup holds: never sessions, the provider's tokens or the audit trail. */
export type Tables = Record<keyof typeof NAMES, Table>;

export const tablesOf = (database: Database): Promise<Tables> =>
  opened((kind) => Table.of(database, NAMES[kind]));

/** The tables as a backup knows them. @throws BackupFileRefused where this database has no room for what it holds */
export async function tablesFor(database: Database, file: string, header: BackupHeader): Promise<Tables> {
  if (header.engine !== database.engine) {
    throw new BackupFileRefused(
      file,
      `is a backup of ${header.engine}, and this database is ${database.engine}.`,
      'Restore it into a database of its own kind.',
    );
  }
  for (const kind of KINDS) {
    const missing = await Table.missing(database, NAMES[kind], header.columns[kind]);
    if (missing.length === 0) continue;
    throw new BackupFileRefused(
      file,
      `has a column ${missing.join(', ')} that the table ${NAMES[kind]} lacks here.`,
      'Bring the database to the schema it had when the backup was made.',
    );
  }
  return opened((kind) => Table.of(database, NAMES[kind], header.columns[kind]));
}

async function opened(open: (kind: keyof typeof NAMES) => Promise<Table>): Promise<Tables> {
  const entries: [string, Table][] = [];
  for (const kind of KINDS) entries.push([kind, await open(kind)]);
  return Object.fromEntries(entries) as Tables;
}
