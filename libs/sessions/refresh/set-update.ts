/** One `SET` term and its parameters. */
export interface SetTerm {
  sql: string;
  parameters: unknown[];
}

/**
 * `column = CASE session_id WHEN ? THEN ? … END`: another value for each row of one UPDATE, in words that both engines
 * know.
 * @param wrap what to do with the value, as `COALESCE(value, column)`
 */
export function eachTheir<T extends { sessionId: string }>(
  column: string,
  rows: readonly T[],
  valueOf: (row: T) => string | number | null,
  wrap: (value: string) => string = (value) => value,
): SetTerm {
  const value = `CASE session_id ${rows.map(() => 'WHEN ? THEN ?').join(' ')} END`;
  return {
    sql: `${column} = ${wrap(value)}`,
    parameters: rows.flatMap((row) => [row.sessionId, valueOf(row)]),
  };
}

/** `?, ?, ?` */
export const placeholders = (values: readonly unknown[]) => values.map(() => '?').join(', ');
