import type { AuthMode, ReadinessReason } from '@cutover/contracts';
import { isAddress, whyKeptOut } from '@cutover/users';
import type { Standing } from '../evidence/standing';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { sideUnder } from '../policy/side';
import { riskOf } from '../readiness/readiness-of';

/** Names that are said of one group; the count is of all. */
const NAMED = 20;

export interface NamedPeople {
  count: number;
  /** The first {@link NAMED} by id. */
  names: string[];
}

export interface PersonAtRisk {
  username: string;
  reason: ReadinessReason;
}

/** What one decision after another does to those who may sign in at all. */
export interface Movement {
  /** On each side after it. */
  people: Record<AuthMode, number>;
  toExternal: NamedPeople;
  toLocal: NamedPeople;
  /** Of those who would go to the external side: who would fail there, or could not come back. */
  atRisk: {
    count: number;
    reasons: Partial<Record<ReadinessReason, number>>;
    /** The first {@link NAMED} by id. */
    people: PersonAtRisk[];
  };
  /**
   * Of those who would go to the external side: who has nothing but a name that says whose account it is, and is asked once
   * for the password used until now (`link_required`).
   */
  askedOnce: NamedPeople;
  /** Everybody whom it leaves on the local side without a local password. */
  noWayIn: NamedPeople;
  /** Everybody whom it leaves on a side that refuses them: their account on the external side is disabled or gone. */
  keptOut: NamedPeople;
}

/** Adds up a {@link Movement}, person by person. */
export class MovementCount {
  readonly movement: Movement = {
    people: { local: 0, external: 0 },
    toExternal: { count: 0, names: [] },
    toLocal: { count: 0, names: [] },
    atRisk: { count: 0, reasons: {}, people: [] },
    askedOnce: { count: 0, names: [] },
    noWayIn: { count: 0, names: [] },
    keptOut: { count: 0, names: [] },
  };

  constructor(
    private readonly before: RolloutPolicy,
    private readonly after: RolloutPolicy,
  ) {}

  add(person: Standing): void {
    const from = sideUnder(this.before, person, person.account);
    const to = sideUnder(this.after, person, person.account);
    const { people, toExternal, toLocal, noWayIn, keptOut } = this.movement;
    const why = whyKeptOut(person, to);
    if (why !== null) return why.reason === 'inactive' ? undefined : name(keptOut, person);
    people[to]++;
    if (to === 'local' && !person.hasLocalPassword) name(noWayIn, person);
    if (from === to) return;
    name(to === 'external' ? toExternal : toLocal, person);
    if (to === 'external') this.weigh(person);
  }

  private weigh(person: Standing): void {
    const reason = riskOf(person);
    const { atRisk, askedOnce } = this.movement;
    if (!reason) return isUnproven(person) ? name(askedOnce, person) : undefined;
    atRisk.count++;
    atRisk.reasons[reason] = (atRisk.reasons[reason] ?? 0) + 1;
    if (atRisk.people.length < NAMED) atRisk.people.push({ username: person.username, reason });
  }
}

/** What a first link would be proven by (libs/auth, `linkProof`) is missing here; a sync that compared them has decided. */
const isUnproven = ({ externalUserId, account, username, email }: Standing) =>
  externalUserId === null &&
  account === null &&
  !username.includes('@') &&
  !(email !== null && isAddress(email));

function name(people: NamedPeople, { username }: Standing): void {
  people.count++;
  if (people.names.length < NAMED) people.names.push(username);
}
