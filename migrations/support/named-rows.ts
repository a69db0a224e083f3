import type { QueryRunner } from 'typeorm';

/** Rows that a refusal names; their number is said in any case. */
const NAMED = 20;

/** @returns how many people fulfil a condition, and who: `ada (id 1), blank (id 4) and 7 more` */
export async function namedRows(
  runner: QueryRunner,
  condition: string,
): Promise<{ count: number; names: string }> {
  const [counted] = (await runner.query(`SELECT COUNT(*) AS count FROM users WHERE ${condition}`)) as {
    count: number;
  }[];
  const count = Number(counted?.count);
  const rows = (await runner.query(
    `SELECT id, username FROM users WHERE ${condition} ORDER BY id LIMIT ${NAMED}`,
  )) as { id: number; username: string }[];
  const names = rows.map(({ id, username }) => `${username} (id ${id})`).join(', ');
  return { count, names: count > rows.length ? `${names} and ${count - rows.length} more` : names };
}
