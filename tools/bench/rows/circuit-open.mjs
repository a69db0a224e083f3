import { standInSettings } from '../../stack/external-settings.mjs';
import { freePort } from '../../process/ports.mjs';
import { milliseconds, quantile } from '../measure.mjs';
import { addLinkedPeople, openToAll, usernameOf } from '../people.mjs';

const FAILURES = 10; // sign-ins that open the circuit
const SIGN_INS = 300;

/** How fast a sign-in is refused while nobody listens over there. @param {import('../place.mjs').Place} place */
export async function circuitOpen(place) {
  const { url: databaseUrl, connection } = await place.newDatabase();
  await addLinkedPeople(connection, 1);
  await openToAll(place, databaseUrl);
  const api = await place.api('api-outage', {
    DATABASE_URL: databaseUrl,
    ...standInSettings(`http://127.0.0.1:${await freePort()}`),
    EXTERNAL_AUTH_CIRCUIT_FAILURES: '5',
    EXTERNAL_AUTH_CIRCUIT_RESET: '600', // open for as long as it is measured
    EXTERNAL_AUTH_PROBE_INTERVAL: '600',
  });
  for (let count = 0; count < FAILURES; count++) await refusedIn(api.url);
  /** @type {number[]} */
  const open = [];
  for (let count = 0; count < SIGN_INS; count++) open.push(await refusedIn(api.url));
  const p99 = quantile(open, 0.99);
  return [
    {
      work: 'external sign-in while the circuit is open, p99',
      bare: '50 ms',
      ours: milliseconds(p99),
      ratio: p99 / 50,
      aim: '<= 1',
      note: `${SIGN_INS} one after the other, each external_unavailable`,
      samples: { open },
    },
  ];
}

/** @param {string} url @returns {Promise<number>} milliseconds until a sign-in was refused for the outage */
async function refusedIn(url) {
  const asked = performance.now();
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: usernameOf(0), password: 'any' }),
  });
  const { code } = /** @type {{ code: string }} */ (await response.json());
  if (code !== 'external_unavailable') throw new Error(`a sign-in in an outage is answered ${code}`);
  return performance.now() - asked;
}
