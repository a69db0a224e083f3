import type { Action, Proof, Verdict } from '../matching/grade';
import type { NamedPerson } from '../matching/directory';
import type { Person } from '../matching/person';
import type { ExternalAccountState } from '../../external-accounts/external-account-state';

/** People that a summary names; how many there are it says in any case. */
export const NAMED = 20;

export interface NamedReason extends NamedPerson {
  reason: string;
}

export interface Listed<T> {
  count: number;
  /** The first {@link NAMED}. */
  first: T[];
}

/** What a plan would do, in figures and the names that an operator must look at. */
export interface PlanSummary {
  users: number;
  accounts: number;
  counts: { action: Action; proof: Proof | null; count: number }[];
  proposed: Listed<NamedReason>;
  ambiguous: Listed<NamedReason>;
  review: Listed<NamedReason>;
  /** Who has no account to sign in with over there, and stays local in every stage. */
  withoutAccount: {
    count: number;
    states: Partial<Record<ExternalAccountState, number>>;
    /** Who has no local password either. */
    withoutPassword: Listed<NamedPerson>;
    /** Whom a pin sends to the external side all the same. */
    pinnedExternal: Listed<NamedPerson>;
  };
}

const empty = <T>(): Listed<T> => ({ count: 0, first: [] });

export class SummaryOfPlan {
  private readonly counts = new Map<string, PlanSummary['counts'][number]>();
  private readonly named = {
    propose: empty<NamedReason>(),
    ambiguous: empty<NamedReason>(),
    review: empty<NamedReason>(),
  };
  private readonly without: PlanSummary['withoutAccount'] = {
    count: 0,
    states: {},
    withoutPassword: empty(),
    pinnedExternal: empty(),
  };

  add(person: Person, { action, proof, reason, state }: Verdict): void {
    const { id, username } = person;
    const key = `${action} ${proof}`;
    const counted = this.counts.get(key) ?? { action, proof, count: 0 };
    counted.count++;
    this.counts.set(key, counted);
    if (action === 'propose' || action === 'ambiguous' || action === 'review')
      list(this.named[action], { id, username, reason });
    if (state === 'usable') return;
    this.without.count++;
    this.without.states[state] = (this.without.states[state] ?? 0) + 1;
    if (!person.hasPassword) list(this.without.withoutPassword, { id, username });
    if (person.pin === 'external') list(this.without.pinnedExternal, { id, username });
  }

  of(users: number, accounts: number): PlanSummary {
    const { propose: proposed, ambiguous, review } = this.named;
    return {
      users,
      accounts,
      counts: [...this.counts.values()].sort((one, other) => other.count - one.count),
      proposed,
      ambiguous,
      review,
      withoutAccount: this.without,
    };
  }
}

function list<T>(listed: Listed<T>, item: T): void {
  listed.count++;
  if (listed.first.length < NAMED) listed.first.push(item);
}
