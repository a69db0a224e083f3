import type { QueryRunner } from 'typeorm';

/** Seconds to wait for the legacy application's transactions: while we wait, all its queries queue behind us. */
const LOCK_WAIT = 10;

/** All clauses in one statement, which MySQL applies completely or not at all. */
export async function alterTable(runner: QueryRunner, table: string, clauses: string[]): Promise<void> {
  if (clauses.length === 0) return;
  const [before] = (await runner.query(`SELECT @@SESSION.lock_wait_timeout AS wait`)) as { wait: number }[];
  const set = 'SET SESSION lock_wait_timeout = ?';
  await runner.query(set, [LOCK_WAIT]);
  try {
    await runner.query(`ALTER TABLE ${table} ${clauses.join(', ')}`);
  } finally {
    await runner.query(set, [Number(before?.wait)]);
  }
}
