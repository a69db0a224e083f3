import { createServer } from 'node:http';
import { inWorkspace } from '../../paths.mjs';
import { standInSettings } from '../../stack/external-settings.mjs';
import { bearer, throughput } from '../load.mjs';
import { alternate, median, perSecond } from '../measure.mjs';
import { addLinkedPeople, openToAll, signIn, usernameOf } from '../people.mjs';
import { ask } from '../upstream/ask.mjs';
import { AMOUNT, AT_ONCE, ROUNDS, signIns } from './external-sign-in.mjs';

const LOAD = { connections: 16, duration: 4 };
/** Milliseconds between two scrapes: more often than Prometheus asks. */
const SCRAPE_INTERVAL = 1000;

/**
 * What it costs to be watched: the API as shipped and scraped, beside the same program that counts nothing, logs nothing
 * and keeps no audit trail; and with traces of every request on top.
 *
 * @param {import('../place.mjs').Place} place
 */
export async function observability(place) {
  const upstream = await place.program('upstream/upstream.mjs', { LATENCY: '50' });
  await ask(upstream.url, 'POST', '/bench/sign', {
    people: AT_ONCE,
    rounds: Math.ceil((3 * (ROUNDS + 1) * AMOUNT) / AT_ONCE) + 2,
  });
  const start = async (/** @type {string} */ name, /** @type {NodeJS.ProcessEnv} */ more = {}) => {
    const { url, connection } = await place.newDatabase();
    await addLinkedPeople(connection, AT_ONCE);
    await openToAll(place, url);
    const settings = { DATABASE_URL: url, ...standInSettings(upstream.url), ...more };
    const api = await place.api(name, settings);
    const headers = bearer(await signIn(api.url, { username: usernameOf(0), password: 'any' }));
    return { url: api.url, me: () => throughput({ url: `${api.url}/api/auth/me`, headers, ...LOAD }) };
  };
  const bare = await start('api-unobserved', {
    NODE_OPTIONS: `--require ${inWorkspace('tools', 'bench', 'bare', 'unobserved.cjs')}`,
    LOG_LEVEL: 'silent',
  });
  const shipped = await start('api-observed');
  const traced = await start('api-traced', { OTEL_EXPORTER_OTLP_ENDPOINT: await collector(place) });

  const me = await alternate(ROUNDS, {
    bare: bare.me,
    ours: whileScraped(shipped.url, shipped.me),
    traced: whileScraped(traced.url, traced.me),
  });
  const login = await alternate(ROUNDS, {
    bare: signIns(bare.url),
    ours: whileScraped(shipped.url, signIns(shipped.url)),
    traced: whileScraped(traced.url, signIns(traced.url)),
  });
  return [...results('GET /api/auth/me', me), ...results(`external sign-in, ${AT_ONCE} at once`, login)];
}

/** @param {string} work @param {Record<'bare' | 'ours' | 'traced', number[]>} samples */
function results(work, samples) {
  const beside = (/** @type {'ours' | 'traced'} */ side, /** @type {string} */ what) => ({
    work: `${work}, ${what}`,
    bare: perSecond(median(samples.bare)),
    ours: perSecond(median(samples[side])),
    ratio: median(samples[side]) / median(samples.bare),
    aim: '–',
    note: 'bare: the same program without metrics, logs and audit trail',
    samples: { bare: samples.bare, ours: samples[side] },
  });
  return [beside('ours', 'with metrics, logs and audit trail'), beside('traced', 'with traces, too')];
}

/** @param {string} url @param {() => Promise<number>} measure */
const whileScraped = (url, measure) => async () => {
  const timer = setInterval(() => {
    void fetch(`${url}/metrics`)
      .then((response) => response.text())
      .catch(() => undefined); // too busy: a scrape less
  }, SCRAPE_INTERVAL);
  try {
    return await measure();
  } finally {
    clearInterval(timer);
  }
};

/** Takes traces and forgets them. @param {import('../place.mjs').Place} place @returns {Promise<string>} where */
async function collector(place) {
  const server = createServer((request, response) => {
    request
      .resume()
      .once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  place.endWith(async () => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}
