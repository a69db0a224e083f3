import { parseArgs } from 'node:util';
import { Stopped } from '../console/stopped.mjs';
import { PROFILES } from './profiles.mjs';

export const HELP = `Usage: npm run load [-- [profile …] [options]]

Runs the built API on a MySQL server of its own, with the stand-in as the external API, on this machine only, and lets
people sign in, work, refresh and sign out. Each profile runs beside the same people on a local-only API.

Profiles (all but soak where none is named):
${[...PROFILES].map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

Options:
  --seconds N     length of each profile (default: its own)
  --people N      people in the users table (default 100000)
  --no-baseline   without the local-only API beside it
  --help          this text

Example:
  npm run load -- steady storm --seconds 20
`;

/**
 * @typedef {object} Options
 * @property {string[]} profiles
 * @property {number | null} seconds
 * @property {number} people
 * @property {boolean} baseline
 * @property {boolean} help
 */

/** @param {string[]} args @returns {Options} @throws {Stopped} for what is not understood */
export function readOptions(args) {
  const { values, positionals } = parsed(args);
  for (const name of positionals) {
    if (!PROFILES.has(name))
      throw new Stopped(`There is no profile ${name}, but ${[...PROFILES.keys()].join(', ')}.`);
  }
  return {
    profiles: positionals.length > 0 ? positionals : [...PROFILES.keys()].filter((name) => name !== 'soak'),
    seconds: values.seconds === undefined ? null : whole('--seconds', values.seconds, 5),
    people: whole('--people', values.people, 1000),
    baseline: !values['no-baseline'],
    help: values.help,
  };
}

function parsed(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        seconds: { type: 'string' },
        people: { type: 'string', default: '100000' },
        'no-baseline': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Stopped(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

function whole(name, text, least) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Stopped(`${name} is a whole number from ${least}.`);
  return value;
}
