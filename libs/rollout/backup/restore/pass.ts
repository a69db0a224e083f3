import type { Database } from '@cutover/database';
import type { Tables } from '../tables';

/** One way through a backup: to see what it would change, or to change it. */
export interface Pass {
  database: Database;
  tables: Tables;
  /** In a transaction then, which takes all of it back where anything is refused. */
  writes: boolean;
  /** What rows are read with that are going to be changed: nobody else changes them until the end. */
  lock: '' | ' FOR UPDATE';
}

export const passOf = (database: Database, tables: Tables, writes: boolean): Pass => ({
  database,
  tables,
  writes,
  lock: writes && database.engine === 'mysql' ? ' FOR UPDATE' : '', // on SQLite a transaction has the file for itself
});
