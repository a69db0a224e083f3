import type { QueryRunner } from 'typeorm';

/**
 * Modes of the session while a legacy table changes: its zero dates and its row with id 0 stay as they are, and no NULL
 * is ever made into an empty string.
 */
const SQL_MODE = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
/** Seconds to wait for the legacy application's transactions: while we wait, all its queries queue behind us. */
const LOCK_WAIT = 10;

/** All clauses in one statement, which MySQL applies completely or not at all. */
export async function alterTable(runner: QueryRunner, table: string, clauses: string[]): Promise<void> {
  if (clauses.length === 0) return;
  const [before] = (await runner.query(
    `SELECT @@SESSION.sql_mode AS mode, @@SESSION.lock_wait_timeout AS wait`,
  )) as { mode: string; wait: number }[];
  const set = 'SET SESSION sql_mode = ?, SESSION lock_wait_timeout = ?';
  await runner.query(set, [SQL_MODE, LOCK_WAIT]);
  try {
    await runner.query(`ALTER TABLE ${table} ${clauses.join(', ')}`);
  } finally {
    await runner.query(set, [before?.mode, Number(before?.wait)]);
  }
}
