/**
 * What happens over there while people come. `at` is a share of the profile's length, 0 to 1.
 *
 * @typedef {object} Event
 * @property {number} at
 * @property {string} what for the report
 * @property {Record<string, unknown>} faults of the stand-in from then on (apps/auth-api/control/faults.ts)
 */

/**
 * @typedef {object} Profile
 * @property {string} summary
 * @property {number} seconds
 * @property {number} arrivals people a second who sign in
 * @property {number} requests of each person after signing in, before they refresh and sign out
 * @property {number} pause seconds between two of them
 * @property {Event[]} events
 */

const EVERY_DAY = { arrivals: 8, requests: 12, pause: 1 };
const OUTAGE = { outage: true };
const WELL = { outage: false, latency: 0, errorRate: 0, lostReplies: 0 };

/** @param {Event[]} events repeated, after one another */
const inTurns = (events, times) =>
  Array.from({ length: times }, (_, turn) =>
    events.map((event) => ({ ...event, at: (turn + event.at) / times })),
  ).flat();

/** @type {Map<string, Profile>} */
export const PROFILES = new Map(
  Object.entries({
    steady: { summary: 'an ordinary hour', seconds: 40, ...EVERY_DAY, events: [] },
    storm: {
      summary: 'everybody comes at nine',
      seconds: 30,
      ...EVERY_DAY,
      arrivals: 40,
      requests: 4,
      events: [],
    },
    slow: {
      summary: 'the provider takes two seconds for everything',
      seconds: 40,
      ...EVERY_DAY,
      events: [{ at: 0, what: 'every answer takes 2 s', faults: { latency: 2000 } }],
    },
    down: {
      summary: 'the provider is down',
      seconds: 40,
      ...EVERY_DAY,
      events: [{ at: 0.2, what: 'outage', faults: OUTAGE }],
    },
    recovery: {
      summary: 'the provider comes back',
      seconds: 40,
      ...EVERY_DAY,
      events: [
        { at: 0, what: 'outage', faults: OUTAGE },
        { at: 0.5, what: 'back', faults: WELL },
      ],
    },
    soak: {
      summary: 'twenty minutes with every fault in turn',
      seconds: 1200,
      ...EVERY_DAY,
      events: inTurns(
        [
          { at: 0, what: 'well', faults: WELL },
          { at: 0.4, what: 'slow, some answers lost', faults: { latency: 300, lostReplies: 0.02 } },
          { at: 0.6, what: 'one call in ten fails', faults: { ...WELL, errorRate: 0.1, errorStatus: 503 } },
          { at: 0.75, what: 'outage', faults: { ...WELL, ...OUTAGE } },
          { at: 0.85, what: 'back', faults: WELL },
        ],
        5,
      ),
    },
  }),
);
