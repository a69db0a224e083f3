import { parseArgs } from 'node:util';
import { Stopped } from '../console/stopped.mjs';

export const HELP = `Usage: npm run two-versions -- --from REVISION [options]

Runs an earlier release and this one at once on one database, as a deployment without downtime does: people are signed
in by the earlier one, the schema is brought up to date under it, both serve the same sessions, the earlier one ends,
comes back, and ends for good. Says for each step whether it held; exit code 1 where one did not.

Options:
  --from REVISION   commit or tag of the earlier release; its history has to be in this clone
  --engine NAME     mysql (a server of its own, or TEST_DATABASE_URL) or sqlite (default mysql)
  --people N        people who are signed in, half of them on each side (default 20)
  --help            this text

Example:
  npm run two-versions -- --from v0.1.0
`;

/**
 * @typedef {object} Options
 * @property {string} from
 * @property {'mysql' | 'sqlite'} engine
 * @property {number} people
 * @property {boolean} help
 */

/** @param {string[]} args @returns {Options} @throws {Stopped} for what is not understood */
export function readOptions(args) {
  const { from, engine, people, help } = parsed(args);
  if (!help && !from) throw new Stopped(`Name the earlier release with --from.\n\n${HELP}`);
  if (engine !== 'mysql' && engine !== 'sqlite') throw new Stopped('--engine is mysql or sqlite.');
  const count = Number(people);
  if (!Number.isSafeInteger(count) || count < 4 || count > 50)
    throw new Stopped('--people is a whole number from 4 to 50.');
  return { from: from ?? '', engine, people: count, help };
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        from: { type: 'string' },
        engine: { type: 'string', default: 'mysql' },
        people: { type: 'string', default: '20' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Stopped(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}
