import { standInSettings } from '../../stack/external-settings.mjs';
import { throughput } from '../load.mjs';
import { alternate, median, perSecond } from '../measure.mjs';
import { addLinkedPeople, openToAll, usernameOf } from '../people.mjs';
import { ask } from '../upstream/ask.mjs';

export const AT_ONCE = 500;
export const AMOUNT = 3000; // sign-ins of one measurement
export const ROUNDS = 3;

/** External sign-ins with the session and the sealed tokens stored. @param {import('../place.mjs').Place} place */
export async function externalSignIn(place) {
  const { url: databaseUrl, connection } = await place.newDatabase();
  await addLinkedPeople(connection, AT_ONCE);
  await openToAll(place, databaseUrl);
  const upstream = await place.program('upstream/upstream.mjs', { LATENCY: '50' });
  const bare = await place.program('bare/sign-in.mjs', { UPSTREAM: upstream.url });
  const api = await place.api('api-sign-in', {
    DATABASE_URL: databaseUrl,
    ...standInSettings(upstream.url),
  });
  // Two sides and a round to warm up; nobody waits for a signature while it is measured.
  await ask(upstream.url, 'POST', '/bench/sign', {
    people: AT_ONCE,
    rounds: Math.ceil((2 * (ROUNDS + 1) * AMOUNT) / AT_ONCE) + 1,
  });

  const samples = await alternate(ROUNDS, { bare: signIns(bare.url), ours: signIns(api.url) });
  return [
    {
      work: `external sign-in, 50 ms upstream, ${AT_ONCE} at once`,
      bare: perSecond(median(samples.bare)),
      ours: perSecond(median(samples.ours)),
      ratio: median(samples.ours) / median(samples.bare),
      aim: '>= 0.6',
      note: 'session and sealed tokens stored in MariaDB',
      samples,
    },
  ];
}

let person = 0;

/** One measurement of sign-ins, each of the next person. @param {string} url */
export const signIns = (url) => () =>
  throughput({
    url,
    method: 'POST',
    connections: AT_ONCE,
    amount: AMOUNT,
    requests: [
      {
        method: 'POST',
        path: '/api/auth/login',
        headers: { 'content-type': 'application/json' },
        setupRequest: (/** @type {object} */ request) => ({
          ...request,
          body: JSON.stringify({ username: usernameOf(person++ % AT_ONCE), password: 'any' }),
        }),
      },
    ],
  });
