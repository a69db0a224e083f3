import { setTimeout as pause } from 'node:timers/promises';
import { usernameOf } from '../bench/people.mjs';
import { Person } from './person.mjs';

/** People who take turns; far more than are there at once. */
export const CROWD = 4000;
export const PASSWORD = 'Load-And-Behold-2026';

/**
 * People come at a given rate, whether or not those before them were answered: a server that is slow gets no mercy
 * (no coordinated omission).
 *
 * @param {string} url of the API
 * @param {import('./profiles.mjs').Profile} profile
 * @param {import('./tally.mjs').Tally} tally
 */
export async function letPeopleCome(url, profile, tally) {
  const started = performance.now();
  /** @type {Promise<void>[]} */
  const there = [];
  const count = Math.round(profile.seconds * profile.arrivals);
  for (let number = 0; number < count; number++) {
    const due = started + (number / profile.arrivals) * 1000;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    there.push(new Person(url, usernameOf(number % CROWD), PASSWORD, tally).live(profile));
  }
  await Promise.all(there);
}
