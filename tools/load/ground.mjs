import { usernameOf, objectIdOf } from '../bench/people.mjs';
import { startProgram } from '../bench/program.mjs';
import { inWorkspace } from '../paths.mjs';
import { freePort } from '../process/ports.mjs';
import { standInSettings } from '../stack/external-settings.mjs';
import { CROWD, PASSWORD } from './crowd.mjs';

const BATCH = 5000;
/** Seconds that the stand-in's access tokens live, and how long before that they are refreshed. */
export const TOKEN_LIFETIME = 90;
const REFRESH_BUFFER = 60;

/**
 * Databases with people, the stand-in that knows those who come, and the APIs: one as after the migration, one as
 * before it.
 *
 * @param {import('../bench/place.mjs').Place} place
 * @param {number} people
 */
export async function prepareGround(place, people) {
  const { url: databaseUrl, connection } = await place.newDatabase();
  await addPeople(place, databaseUrl, connection, people);
  const standInPort = await freePort();
  const standIn = await startProgram('load-stand-in', inWorkspace('dist', 'apps', 'auth-api', 'main.js'), {
    port: standInPort,
    cwd: place.folder,
    ready: '/.well-known/jwks.json',
    env: { AUTH_API_PORT: String(standInPort), AUTH_API_TOKEN_LIFETIME: String(TOKEN_LIFETIME) },
  });
  place.endWith(standIn.stop);
  await control(standIn.url, 'PUT', '/control/people', {
    people: Array.from({ length: CROWD }, (_, person) => ({
      username: usernameOf(person),
      password: PASSWORD,
      name: `Person ${person}`,
      oid: objectIdOf(person),
    })),
  });
  await place.cutover(['rollout', 'set', 'all', '--without-backup', '--reason', 'load test'], databaseUrl);
  const settings = { DATABASE_URL: databaseUrl, GUARDRAIL_INTERVAL: '3600', METRICS_TOKEN: '' };
  return {
    connection,
    standInUrl: standIn.url,
    /** The API that asks the stand-in. */
    migrated: () =>
      place.api('load-api', {
        ...settings,
        ...standInSettings(standIn.url),
        TOKEN_REFRESH_BUFFER: String(REFRESH_BUFFER),
        EXTERNAL_AUTH_CIRCUIT_RESET: '2',
      }),
    /** The API that asks nobody. */
    localOnly: () => place.api('load-api-local', { ...settings, USE_EXTERNAL_AUTH: 'false' }),
  };
}

/** One hash for everybody, made by the product itself. */
async function addPeople(place, databaseUrl, connection, people) {
  await place.cutover(['users', 'add', '--username', 'first', '--password-stdin'], databaseUrl, PASSWORD);
  const [[first]] = await connection.query('SELECT hashed_password FROM users WHERE username = ?', ['first']);
  for (let from = 0; from < people; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, people - from) }, (_, index) => [
      usernameOf(from + index),
      `${usernameOf(from + index)}@contoso.example`,
      first.hashed_password,
      objectIdOf(from + index),
    ]);
    await connection.query(
      'INSERT INTO users (username, email, hashed_password, external_user_id) VALUES ?',
      [rows],
    );
  }
}

/** The stand-in's control routes. @param {string} url @param {string} method @param {string} path @param {object} [body] */
export async function control(url, method, path, body) {
  const response = await fetch(url + path, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return /** @type {Promise<any>} any: the routes of our own stand-in, whose answers nobody else makes */ (
    response.json()
  );
}
