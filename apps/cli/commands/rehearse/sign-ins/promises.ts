import { belongsOverThere, type Person } from '../people/population';
import type { Fallback } from '../rehearsal-options';
import type { Promised } from './round';

/** Whoever may sign in, on whichever side: nobody is locked out, and nobody else gets in. */
const letsIn = ({ active, namesake }: Person) => active && !namesake;

/** No stage sends anybody over: only a pin does. */
export const LOCAL: Promised = { letsIn, side: ({ pin }) => pin ?? 'local' };

/** The test users, and nobody else. */
export const testUsers = (people: readonly Person[]): Promised => ({
  letsIn,
  side: (person) => person.pin ?? (people.includes(person) ? 'external' : 'local'),
});

/**
 * A share of people. Whoever was sent over by a smaller one is sent over by this one too, and nobody who does not belong
 * there is.
 *
 * @param before those of the smaller share
 * @param isMade whether it is known who belongs over there
 */
export const share = (before: ReadonlySet<number>, isMade: boolean): Promised => ({
  letsIn,
  side: (person) => {
    if (person.pin !== null) return person.pin;
    if (before.has(person.id)) return 'external';
    return isMade && !belongsOverThere(person) ? 'local' : null;
  },
});

/** Everybody. */
export const all = (before: ReadonlySet<number>, isMade: boolean): Promised => ({
  letsIn,
  side: (person) => {
    if (person.pin !== null) return person.pin;
    if (isMade) return belongsOverThere(person) ? 'external' : 'local';
    return before.has(person.id) ? 'external' : null;
  },
});

/** The provider fails: whoever it serves may be turned away, unless the fallback is to serve them. */
export const outage = (fallback: Fallback): Promised => ({
  letsIn,
  side: () => null,
  mayBeRefused: (_person, code) => fallback === 'none' && code === 'external_unavailable',
});
