import { setTimeout as pause } from 'node:timers/promises';
import { Stopped } from '../../console/stopped.mjs';
import { standInSettings } from '../../stack/external-settings.mjs';
import { throughput } from '../load.mjs';
import { median, perSecond } from '../measure.mjs';
import { addLinkedPeople, openToAll, usernameOf } from '../people.mjs';
import { ask } from '../upstream/ask.mjs';

const DUE = 10_000;
const ROUNDS = 3;
const SIGN_INS_AT_ONCE = 100;
const LOOK = 50; // milliseconds between two looks whether a sweep is over
const DEADLINE = 300_000; // milliseconds for one sweep

/** Tokens of 10,000 people that are due at once. @param {import('../place.mjs').Place} place */
export async function refreshSweep(place) {
  const { url: databaseUrl, connection } = await place.newDatabase();
  await addLinkedPeople(connection, DUE);
  await openToAll(place, databaseUrl);
  const upstream = await place.program('upstream/upstream.mjs', { LATENCY: '0' });
  // The people sign in as people do: what is swept is what a sign-in has stored.
  await ask(upstream.url, 'POST', '/bench/sign', { people: DUE, rounds: 1 });
  const settings = { DATABASE_URL: databaseUrl, ...standInSettings(upstream.url) };
  const api = await place.api('api-sweep', { ...settings, TOKEN_REFRESH_INTERVAL: '1' });
  await signInAll(api.url);
  await fillBare(connection, upstream.url);
  const bare = await place.program('bare/sweep.mjs', { DATABASE_URL: databaseUrl, UPSTREAM: upstream.url });

  /** @type {Record<'bare' | 'ours', number[]>} */
  const samples = { bare: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const side of /** @type {const} */ (['bare', 'ours'])) {
      await ask(upstream.url, 'POST', '/bench/sign', { people: DUE, rounds: 1 });
      await ask(upstream.url, 'PUT', '/bench/latency', { latency: 20 });
      const milliseconds =
        side === 'bare'
          ? await sweepBare(connection, bare.url, upstream.url)
          : await sweepOurs(connection, upstream.url);
      if (round > 0) samples[side].push((DUE / milliseconds) * 1000);
    }
  }
  return [
    {
      work: `refresh sweep, ${DUE} due, 20 ms upstream, MariaDB`,
      bare: perSecond(median(samples.bare)),
      ours: perSecond(median(samples.ours)),
      ratio: median(samples.ours) / median(samples.bare),
      aim: '>= 0.9',
      note: 'from the first refresh on the wire to the last row stored',
      samples,
    },
  ];
}

/** @param {string} url of the API */
async function signInAll(url) {
  let person = 0;
  await throughput({
    url,
    connections: SIGN_INS_AT_ONCE,
    amount: DUE,
    requests: [
      {
        method: 'POST',
        path: '/api/auth/login',
        headers: { 'content-type': 'application/json' },
        setupRequest: (/** @type {object} */ request) => ({
          ...request,
          body: JSON.stringify({ username: usernameOf(person++ % DUE), password: 'any' }),
        }),
      },
    ],
  });
}

/**
 * A table of the bare limit's own, with a refresh token for everybody.
 *
 * @param {import('mysql2/promise').Connection} connection
 * @param {string} upstreamUrl
 */
async function fillBare(connection, upstreamUrl) {
  await connection.query(
    `CREATE TABLE bench_tokens (id INT PRIMARY KEY, access_token LONGTEXT, refresh_token LONGTEXT, id_token LONGTEXT,
       expires_at BIGINT, due INT NOT NULL, INDEX (due)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  );
  const { refresh_token: sample } = await ask(upstreamUrl, 'POST', '/api/auth/login', {
    username: usernameOf(0),
  });
  const rows = Array.from({ length: DUE }, (_, person) => [
    person,
    sample.replace('refresh.0.', `refresh.${person}.`),
    0,
  ]);
  await connection.query('INSERT INTO bench_tokens (id, refresh_token, due) VALUES ?', [rows]);
}

/** @param {import('mysql2/promise').Connection} connection @param {string} url @param {string} upstreamUrl */
async function sweepBare(connection, url, upstreamUrl) {
  await connection.query('UPDATE bench_tokens SET due = 1');
  await fetch(url, { method: 'POST' });
  const end = Date.now();
  const { count, first } = await ask(upstreamUrl, 'GET', '/bench');
  if (count !== DUE) throw new Error(`the bare sweep made ${count} refreshes`);
  return end - first;
}

/** @param {import('mysql2/promise').Connection} connection @param {string} upstreamUrl */
async function sweepOurs(connection, upstreamUrl) {
  const until = Date.now() + DEADLINE;
  await connection.query(
    'UPDATE cutover_provider_tokens SET refresh_due_at = CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)',
  );
  const waiting = async () => {
    const [rows] = await connection.query(
      `SELECT COUNT(*) AS due FROM cutover_provider_tokens
       WHERE refresh_due_at <= CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)`,
    );
    return Number(/** @type {{ due: number }[]} */ (rows)[0]?.due);
  };
  for (;;) {
    const { count, first } = await ask(upstreamUrl, 'GET', '/bench');
    if (count >= DUE && (await waiting()) === 0) return Date.now() - first;
    if (Date.now() > until) {
      throw new Stopped(`The sweep did not end: ${count} refreshes, ${await waiting()} sessions still due.`);
    }
    await pause(LOOK);
  }
}
