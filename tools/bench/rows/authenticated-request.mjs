import { standInSettings } from '../../stack/external-settings.mjs';
import { bearer, throughput } from '../load.mjs';
import { alternate, median, perSecond } from '../measure.mjs';
import {
  addLinkedPeople,
  addLocalPerson,
  LOCAL_PASSWORD,
  openToAll,
  signIn,
  usernameOf,
} from '../people.mjs';

const LOAD = { connections: 16, duration: 4 };
const ROUNDS = 3;
const AIM = '>= 1.5';

/** `GET /api/auth/me` with a token of either side. @param {import('../place.mjs').Place} place */
export async function authenticatedRequest(place) {
  const { url: databaseUrl, connection } = await place.newDatabase();
  await addLinkedPeople(connection, 1);
  await addLocalPerson(place, databaseUrl);
  await openToAll(place, databaseUrl);
  await place.cutover(['rollout', 'pin', 'local', 'local'], databaseUrl);
  const upstream = await place.program('upstream/upstream.mjs', { LATENCY: '0' });
  const settings = { DATABASE_URL: databaseUrl, ...standInSettings(upstream.url) };
  const shipped = await place.api('api', settings);
  const quiet = await place.api('api-warn', { ...settings, LOG_LEVEL: 'warn' });
  const bare = await place.program('bare/bearer.mjs', {
    LOCAL_JWT_SECRET: place.secrets.LOCAL_JWT_SECRET,
    JWKS_URL: `${upstream.url}/.well-known/jwks.json`,
  });
  const local = (/** @type {string} */ url) =>
    signIn(url, { username: 'local', password: LOCAL_PASSWORD }).then(bearer);
  const external = (/** @type {string} */ url) =>
    signIn(url, { username: usernameOf(0), password: 'any' }).then(bearer);
  const [localHeaders, externalHeaders] = [await local(shipped.url), await external(shipped.url)];

  const ask = (/** @type {string} */ url, /** @type {object} */ headers) => () =>
    throughput({ url, headers, ...LOAD });
  const me = '/api/auth/me';
  const samples = await alternate(ROUNDS, {
    bareLocal: ask(`${bare.url}/local`, localHeaders),
    bareExternal: ask(`${bare.url}/external`, externalHeaders),
    local: ask(shipped.url + me, localHeaders),
    external: ask(shipped.url + me, externalHeaders),
    quietLocal: ask(quiet.url + me, await local(quiet.url)),
    quietExternal: ask(quiet.url + me, await external(quiet.url)),
  });
  const result = (
    /** @type {string} */ work,
    /** @type {keyof typeof samples} */ limit,
    /** @type {keyof typeof samples} */ ours,
    /** @type {string} */ note,
  ) => ({
    work: `GET /api/auth/me, ${work}`,
    bare: perSecond(median(samples[limit])),
    ours: perSecond(median(samples[ours])),
    ratio: median(samples[ours]) / median(samples[limit]),
    aim: AIM,
    note,
    samples: { bare: samples[limit], ours: samples[ours] },
  });
  return [
    result('local token (HS256)', 'bareLocal', 'local', 'as shipped'),
    result('local token (HS256)', 'bareLocal', 'quietLocal', 'LOG_LEVEL=warn'),
    result('external token (RS256)', 'bareExternal', 'external', 'as shipped'),
    result('external token (RS256)', 'bareExternal', 'quietExternal', 'LOG_LEVEL=warn'),
  ];
}
