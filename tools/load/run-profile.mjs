import { setTimeout as pause } from 'node:timers/promises';
import { inWorkspace } from '../paths.mjs';
import { letPeopleCome } from './crowd.mjs';
import { control } from './ground.mjs';
import { Tally } from './tally.mjs';
import { memorySlope, unhandledIn, watch } from './watch.mjs';

/**
 * What one profile showed on one side.
 *
 * @typedef {object} Outcome
 * @property {string} profile
 * @property {'migrated' | 'local only'} side
 * @property {number} seconds
 * @property {Record<string, import('./tally.mjs').Figures>} operations
 * @property {import('./tally.mjs').Tally['seconds']} perSecond
 * @property {import('./watch.mjs').Sample[]} samples
 * @property {number | null} memorySlope MB an hour, of what is held after garbage collections; `null` where it was too short
 * @property {number} unhandled rejections and exceptions in the log
 * @property {Record<string, number>} upstream calls by operation
 * @property {number} sessionHours
 * @property {number | null} recovery seconds from the end of an outage to the first sign-in that succeeded
 * @property {{ counted: number, recorded: number }} audit sign-ins that were answered, and entries of the audit trail
 * @property {{ second: number, what: string }[]} events
 */

/** Faults and limits say nothing about a person: the trail has no entry of theirs (libs/auth/sign-in/sign-in-record.ts). */
const NOT_AUDITED = new Set([
  'external_unavailable',
  'external_misconfigured',
  'internal_error',
  'no answer',
  'rate_limited',
  'service_busy',
  'service_unavailable',
]);

/**
 * @param {string} name
 * @param {import('./profiles.mjs').Profile} profile
 * @param {Awaited<ReturnType<typeof import('./ground.mjs').prepareGround>>} ground
 * @param {'migrated' | 'local only'} side
 * @returns {Promise<Outcome>}
 */
export async function runProfile(name, profile, ground, side) {
  const api = await (side === 'migrated' ? ground.migrated() : ground.localOnly());
  await control(ground.standInUrl, 'DELETE', '/control/faults');
  await control(ground.standInUrl, 'DELETE', '/control/counts');
  const before = await signInEntries(ground.connection);
  const stopWatching = watch(api.url);
  const tally = new Tally();
  const people = letPeopleCome(api.url, profile, tally);
  const events = await playEvents(profile, ground.standInUrl, tally, people);
  await people;
  const samples = stopWatching();
  const operations = tally.figures();
  const { calls } = await control(ground.standInUrl, 'GET', '/control');
  const seconds = tally.elapsed;
  await api.stop(); // what it had still to write is written
  const signIns = Object.entries(operations['sign-in']?.codes ?? {}).filter(
    ([code]) => !NOT_AUDITED.has(code),
  );
  return {
    profile: name,
    side,
    seconds,
    operations,
    perSecond: tally.seconds,
    samples,
    memorySlope: memorySlope(samples),
    unhandled: unhandledIn(
      inWorkspace('dist', 'bench', 'logs', side === 'migrated' ? 'load-api.log' : 'load-api-local.log'),
    ),
    upstream: calls,
    sessionHours: tally.sessionSeconds / 3600,
    recovery: recoveryTime(events, tally),
    audit: {
      counted: signIns.reduce((sum, [, times]) => sum + times, 0),
      recorded: (await signInEntries(ground.connection)) - before,
    },
    events,
  };
}

/** @param {import('./profiles.mjs').Profile} profile @param {string} url @param {Tally} tally @param {Promise<void>} people */
async function playEvents({ events, seconds }, url, tally, people) {
  /** @type {{ second: number, what: string }[]} */
  const played = [];
  let over = false;
  void people.finally(() => (over = true));
  for (const { at, what, faults } of events) {
    const wait = at * seconds - tally.elapsed;
    if (wait > 0) await pause(wait * 1000);
    if (over) break;
    await control(url, 'PUT', '/control/faults', faults);
    played.push({ second: tally.elapsed, what });
  }
  return played;
}

function recoveryTime(events, tally) {
  const back = events.findLast(({ what }) => what === 'back');
  const success = tally.firstSuccessAfterOutage;
  return back && success && success > back.second ? success - back.second : null;
}

/** @param {import('mysql2/promise').Connection} connection */
async function signInEntries(connection) {
  const [rows] = await connection.query(
    `SELECT COUNT(*) AS entries FROM cutover_audit_log WHERE action = 'sign_in'`,
  );
  return Number(/** @type {{ entries: number }[]} */ (rows)[0]?.entries);
}
