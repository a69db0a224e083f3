import type { AuthMode } from '@cutover/contracts';
import { legacyPassword } from '../people/known-passwords';
import type { Person } from '../people/population';
import type { Group, Round, Times } from '../rehearsal-result';
import type { PortalClient, SignInAnswer } from './portal-client';

/** People who sign in at the same time. */
const AT_ONCE = 8;
/** Names that are said of one group. */
const NAMED = 20;

/** What the policy in force promises, person by person. */
export interface Promised {
  /** Whether this person gets in. Whoever is not promised it must not. */
  letsIn(person: Person): boolean;
  /** The side that lets them in; `null` where either may. */
  side(person: Person): AuthMode | null;
  /** Being refused is what this policy says, although the person may get in. */
  mayBeRefused?(person: Person, code: string | null): boolean;
}

export interface Outcome extends SignInAnswer {
  person: Person;
}

/** As somebody types their own name: in capitals, now and then. */
export const typed = ({ id, username }: Pick<Person, 'id' | 'username'>) =>
  id % 3 === 0 && /^[\x20-\x7e]+$/.test(username) ? username.toUpperCase() : username;

/** Everybody tries once, a few at a time, each as soon as another is through. */
export async function signInAll(
  client: PortalClient,
  people: readonly Person[],
  onProgress: (done: number) => void = () => undefined,
): Promise<Outcome[]> {
  const waiting = people.values();
  const outcomes: Outcome[] = [];
  const one = async () => {
    for (const person of waiting) {
      outcomes.push({ person, ...(await client.signIn(typed(person), legacyPassword(person.id))) });
      onProgress(outcomes.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return outcomes;
}

/** Holds what happened against what was promised. */
export function roundOf(name: string, outcomes: readonly Outcome[], promise: Promised): Round {
  const round: Round = {
    name,
    people: null,
    tried: outcomes.length,
    local: timesOf(outcomes, 'local'),
    external: timesOf(outcomes, 'external'),
    refused: {},
    broken: { count: 0, first: [] },
    wrong: { count: 0, first: [] },
  };
  for (const { person, side, code } of outcomes) {
    if (code !== null) round.refused[code] = (round.refused[code] ?? 0) + 1;
    const promised = promise.letsIn(person);
    const expected = promise.side(person);
    if (side === null && promised && !promise.mayBeRefused?.(person, code))
      add(round.broken, person, code ?? 'refused');
    if (side !== null && !promised) add(round.wrong, person, 'let in and must not be');
    else if (side !== null && expected !== null && side !== expected)
      add(round.wrong, person, `let in by the ${side} side instead of the ${expected} one`);
  }
  return round;
}

function timesOf(outcomes: readonly Outcome[], of: AuthMode): Times {
  const times = outcomes
    .filter(({ side }) => side === of)
    .map(({ took }) => took)
    .sort((one, other) => one - other);
  return { count: times.length, p50: rank(times, 0.5), p95: rank(times, 0.95) };
}

/** By nearest rank, in whole milliseconds. */
function rank(sorted: readonly number[], share: number): number | null {
  const time = sorted[Math.ceil(share * sorted.length) - 1];
  return time === undefined ? null : Math.round(time);
}

function add(group: Group, { username }: Person, what: string): void {
  group.count++;
  if (group.first.length < NAMED) group.first.push({ username, what });
}
