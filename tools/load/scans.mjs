/**
 * Statements that looked at more rows than an index would have shown them: the server itself writes down each one that
 * used no index and read at least this many rows.
 */
export const MANY = 1000;

/** @typedef {{ table: string, type: string, key: string | null, rows: number }} Plan one line of EXPLAIN */

/** @param {import('mysql2/promise').Connection} connection with the right to set global variables */
export async function watchForScans(connection) {
  await connection.query('TRUNCATE TABLE mysql.slow_log');
  for (const [name, value] of Object.entries({
    log_output: 'TABLE',
    long_query_time: 60,
    log_queries_not_using_indexes: 1,
    min_examined_row_limit: MANY,
    slow_query_log: 1,
  })) {
    await connection.query(`SET GLOBAL ${name} = ?`, [value]);
  }
}

/**
 * @param {import('mysql2/promise').Connection} connection
 * @returns {Promise<{ statement: string, times: number, rows: number, plan: string }[]>} by how often
 */
export async function scansSeen(connection) {
  await connection.query('SET GLOBAL slow_query_log = 0');
  const [rows] = await connection.query(
    'SELECT CONVERT(sql_text USING utf8mb4) AS statement, rows_examined AS examined FROM mysql.slow_log WHERE db = DATABASE()',
  );
  /** @type {Map<string, { statement: string, times: number, rows: number, plan: string }>} */
  const shapes = new Map();
  for (const { statement, examined } of /** @type {{ statement: string, examined: number }[]} */ (rows)) {
    const shape = shapeOf(statement);
    const known = shapes.get(shape) ?? {
      statement: shape,
      times: 0,
      rows: 0,
      plan: described(await planOf(connection, statement)),
    };
    shapes.set(shape, { ...known, times: known.times + 1, rows: Math.max(known.rows, Number(examined)) });
  }
  return [...shapes.values()].sort((one, other) => other.times - one.times);
}

/** The statement without its values, which may be anybody's. @param {string} statement */
export const shapeOf = (statement) =>
  statement
    .replace(/'(?:[^'\\]|\\.)*'/g, '?')
    .replace(/\b\d+\b/g, '?')
    .replace(/\((\?(, )?)+\)/g, '(?)')
    .replace(/\s+/g, ' ');

/**
 * @param {import('mysql2/promise').Connection} connection
 * @param {string} statement
 * @returns {Promise<Plan[] | null>} `null` for what the server does not explain
 */
export async function planOf(connection, statement) {
  const [rows] = await connection.query(`EXPLAIN ${statement}`).catch(() => [null]);
  return (
    rows &&
    /** @type {Plan[]} */ (rows)
      .filter(({ table }) => table !== null)
      .map(({ table, type, key, rows }) => ({ table, type, key, rows: Number(rows) }))
  );
}

/** @param {Plan[] | null} plan */
export const described = (plan) =>
  plan
    ?.map(({ table, type, key, rows }) => `${table}: ${type}${key ? ` by ${key}` : ''}, ${rows} rows`)
    .join('; ') ?? 'not explained';

/** So much of a statement stands in a report. @param {string} shape */
export const beginningOf = (shape) => (shape.length > 200 ? `${shape.slice(0, 200)}…` : shape);
