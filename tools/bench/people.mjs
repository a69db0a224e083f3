/** Characters of a password that every person of a bench has on the local side. */
export const LOCAL_PASSWORD = 'Measured-Twice-2026';

export const usernameOf = (/** @type {number} */ person) => `person${person}`;

/** The Entra object id of a person. */
export const objectIdOf = (/** @type {number} */ person) =>
  `00000000-0000-4000-8000-${String(person).padStart(12, '0')}`;

/**
 * Adds people who are linked, so that a sign-in does what it does every day.
 *
 * @param {import('mysql2/promise').Connection} connection
 * @param {number} count
 */
export async function addLinkedPeople(connection, count) {
  const people = Array.from({ length: count }, (_, person) => [usernameOf(person), objectIdOf(person)]);
  await connection.query('INSERT INTO users (username, external_user_id) VALUES ?', [people]);
}

/** @param {import('./place.mjs').Place} place @param {string} databaseUrl */
export const addLocalPerson = (place, databaseUrl) =>
  place.cutover(['users', 'add', '--username', 'local', '--password-stdin'], databaseUrl, LOCAL_PASSWORD);

/** Everybody who is linked signs in over there. @param {import('./place.mjs').Place} place @param {string} databaseUrl */
export async function openToAll(place, databaseUrl) {
  await place.cutover(['rollout', 'set', 'all', '--without-backup', '--reason', 'bench'], databaseUrl);
}

/**
 * @param {string} url of an API
 * @param {{ username: string, password: string }} who
 * @returns {Promise<string>} an access token
 */
export async function signIn(url, who) {
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(who),
  });
  if (!response.ok)
    throw new Error(`sign-in of ${who.username}: ${response.status} ${await response.text()}`);
  const session = /** @type {{ accessToken: string }} */ (await response.json());
  return session.accessToken;
}
