import { letPeopleCome } from './crowd.mjs';
import { MANY, planOf, shapeOf } from './scans.mjs';
import { Tally } from './tally.mjs';
import { watch } from './watch.mjs';

/** @import { Plan } from './scans.mjs' */

/** Enough people that every statement of a session's life is asked, few enough that writing all of them down takes no time. */
const SAMPLE = {
  summary: 'a sample to be explained',
  seconds: 10,
  arrivals: 8,
  requests: 6,
  pause: 1,
  events: [],
};

/**
 * A statement that the API asks while people come, and how the server carries it out with everybody in the tables.
 *
 * @typedef {object} Explained
 * @property {string} statement without its values
 * @property {number} times in the sample
 * @property {Plan[] | null} plan `null` where the server has none
 * @property {boolean} scan whether it reads a whole table, or a whole index, of {@link MANY} rows or more
 */

/**
 * Lets people come for a moment, has the server write down every statement, and asks it for the plan of each.
 *
 * @param {Awaited<ReturnType<typeof import('./ground.mjs').prepareGround>>} ground
 * @returns {Promise<Explained[]>} the most frequent first
 */
export async function explainHotStatements({ connection, migrated }) {
  await connection.query('TRUNCATE TABLE mysql.general_log');
  const api = await migrated();
  await connection.query(`SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1`);
  const stopWatching = watch(api.url); // what a scrape asks is hot, too
  try {
    await letPeopleCome(api.url, SAMPLE, new Tally());
  } finally {
    stopWatching();
    await connection.query('SET GLOBAL general_log = 0');
    await api.stop();
  }
  return explained(connection, await statementsSeen(connection));
}

/** @param {import('mysql2/promise').Connection} connection @returns {Promise<string[]>} */
async function statementsSeen(connection) {
  const [rows] = await connection.query(
    `SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log WHERE command_type IN ('Query', 'Execute')`,
  );
  return /** @type {{ statement: string }[]} */ (rows)
    .map(({ statement }) => statement.trim())
    .filter((statement) => /^(SELECT|UPDATE|DELETE)\b/i.test(statement))
    .filter((statement) => /\b(users|audit_log|cutover_\w+)\b/.test(statement));
}

/** @param {import('mysql2/promise').Connection} connection @param {string[]} statements */
async function explained(connection, statements) {
  /** @type {Map<string, Explained>} */
  const shapes = new Map();
  for (const statement of statements) {
    const shape = shapeOf(statement);
    const known = shapes.get(shape);
    if (known) known.times += 1;
    else {
      const plan = await planOf(connection, statement);
      shapes.set(shape, { statement: shape, times: 1, plan, scan: plan?.some(readsAll) ?? false });
    }
  }
  return [...shapes.values()].sort((one, other) => other.times - one.times);
}

/** @param {Plan} plan */
const readsAll = ({ type, rows }) => (type === 'ALL' || type === 'index') && rows >= MANY;
