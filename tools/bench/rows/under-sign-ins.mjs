import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { bearer, storm } from '../load.mjs';
import { milliseconds, quantile } from '../measure.mjs';
import { addLocalPerson, LOCAL_PASSWORD, signIn } from '../people.mjs';

/** Sign-ins at once: more than there are threads that hash, fewer than would be turned away. */
const STORM = 24;
const RATE = 200; // requests a second that are measured
const SECONDS = 10;
const ROUNDS = 3;
const SETTLE = 1000; // milliseconds from the storm's start, or end, until measuring

/** p99 of `GET /api/auth/me` while hashing has the machine, to its own in the calm. @param {import('../place.mjs').Place} place */
export async function underSignIns(place) {
  const { url: databaseUrl } = await place.newDatabase();
  await addLocalPerson(place, databaseUrl);
  const api = await place.api('api-storm', { DATABASE_URL: databaseUrl });
  const who = { username: 'local', password: LOCAL_PASSWORD };
  const headers = bearer(await signIn(api.url, who));
  const agent = new Agent({ keepAlive: true });
  const measure = () => latencies(`${api.url}/api/auth/me`, headers, agent);

  await measure(); // warms up
  const samples = { calm: /** @type {number[]} */ ([]), storm: /** @type {number[]} */ ([]) };
  let signIns = 0;
  let turnedAway = 0;
  for (let round = 0; round < ROUNDS; round++) {
    samples.calm.push(...(await measure()));
    const stop = storm({
      url: `${api.url}/api/auth/login`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(who),
      connections: STORM,
    });
    await pause(SETTLE);
    samples.storm.push(...(await measure()));
    const { non2xx, ...result } = await stop();
    signIns += result['2xx'];
    turnedAway += non2xx;
    await pause(SETTLE);
  }
  agent.destroy();
  const [calm, stormy] = [quantile(samples.calm, 0.99), quantile(samples.storm, 0.99)];
  return [
    {
      work: 'GET /api/auth/me p99 while local sign-ins saturate the machine',
      bare: `${milliseconds(calm)} calm`,
      ours: milliseconds(stormy),
      ratio: stormy / calm,
      aim: '<= 2',
      note: `${RATE} requests a second; ${signIns} sign-ins meanwhile, ${turnedAway} turned away`,
      samples,
    },
  ];
}

/**
 * Asks at a given pace, whether or not the answers keep up.
 *
 * @param {string} url
 * @param {import('node:http').OutgoingHttpHeaders} headers
 * @param {Agent} agent
 * @returns {Promise<number[]>} milliseconds of each answer, from when it was to be asked for
 */
async function latencies(url, headers, agent) {
  const begin = performance.now();
  /** @type {Promise<number>[]} */
  const answers = [];
  for (let count = 0; count < RATE * SECONDS; count++) {
    const due = begin + (count * 1000) / RATE;
    const wait = due - performance.now();
    if (wait > 1) await pause(wait);
    answers.push(asked(url, headers, agent).then((end) => end - Math.max(due, begin)));
  }
  return Promise.all(answers);
}

/** @param {string} url @param {import('node:http').OutgoingHttpHeaders} headers @param {Agent} agent @returns {Promise<number>} */
const asked = (url, headers, agent) =>
  new Promise((resolve, reject) => {
    get(url, { headers, agent }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now());
        else reject(new Error(`${url} answers ${response.statusCode}`));
      });
    }).once('error', reject);
  });
