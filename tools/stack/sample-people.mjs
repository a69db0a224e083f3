import { cutover } from './cutover.mjs';

/** Who can sign in after `npm start`; the stand-in knows grace's password (apps/auth-api/people). */
export const SAMPLE_PEOPLE = [
  {
    username: 'ada',
    fullName: 'Ada Lovelace',
    localPassword: 'Analytical-Engine-1843',
  },
  {
    username: 'grace',
    fullName: 'Grace Hopper',
    externalPassword: 'Nanosecond-Wire-1952',
  },
  {
    username: 'olga',
    fullName: 'Olga Operator',
    role: 'admin',
    localPassword: 'Keep-The-Keys-2026',
  },
];

const NAMES = new Set(SAMPLE_PEOPLE.map(({ username }) => username));

/**
 * Adds the sample people to a database without people and makes grace the rollout's test user. A database that
 * has others is somebody's own and is left as it is. Olga comes last: with her the samples are complete.
 *
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} place
 */
export async function addSamplePeople(place) {
  const { answer } = await cutover(['users', 'list', '--limit', String(NAMES.size)], place);
  const present = new Set(answer.items.map((/** @type {{ username: string }} */ { username }) => username));
  if (present.has('olga') || !present.isSubsetOf(NAMES)) return;
  const [olga, ...others] = [...SAMPLE_PEOPLE].reverse().filter(({ username }) => !present.has(username));
  await Promise.all(others.map((person) => add(person, place)));
  const reason = 'Sample people: grace signs in through the external API';
  await cutover(['rollout', 'set', 'test-users', '--users', 'grace', '--reason', reason], place);
  if (olga) await add(olga, place);
}

/** @param {(typeof SAMPLE_PEOPLE)[number]} person @param {{ cwd: string, env: NodeJS.ProcessEnv }} place */
function add({ username, fullName, role = 'user', localPassword }, place) {
  const who = ['--username', username, '--email', `${username}@contoso.example`, '--full-name', fullName];
  const how = localPassword ? '--password-stdin' : '--no-password';
  return cutover(['users', 'add', ...who, '--role', role, how], { ...place, input: localPassword });
}
