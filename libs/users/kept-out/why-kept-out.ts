import type { AuthMode, Pin } from '@cutover/contracts';
import type { Departure } from './departure';

/** Why a person may not sign in at all. */
export type KeptOut = { reason: 'inactive'; source: 'here'; since: null } | Departure;

/** What decides it: of a person's row, and of what is known beside it. */
export interface Admissible {
  active: boolean;
  pin: Pin;
  breakGlass: boolean;
  externalUserId: string | null;
  departure: Departure | null;
}

/**
 * Why a person may not sign in at all, whatever they type; `null` where they may (design section 4). Whoever signs
 * anybody in, or lets a session go on, asks this: it says nothing of which side checks the password.
 *
 * Kept out are people who are inactive here, and linked people whose account on the external side is disabled or gone.
 * A pin to local and break-glass credentials are exceptions from the second. What the external side itself said it may
 * have taken back: there it is asked again, and everywhere else its word stands.
 *
 * @param side that is to check the password, or has checked it
 */
export function whyKeptOut(person: Admissible, side: AuthMode): KeptOut | null {
  if (!person.active) return { reason: 'inactive', source: 'here', since: null };
  const { departure } = person;
  if (departure === null || isExcepted(person)) return null;
  return departure.source === 'refusal' && side === 'external' ? null : departure;
}

/** Whom nothing that is known of the external side keeps out. */
const isExcepted = ({ pin, breakGlass, externalUserId }: Admissible) =>
  pin === 'local' || breakGlass || externalUserId === null;
