import type { Action, Proof, Verdict } from '../matching/grade';
import type { AccountFact } from '../../external-accounts/external-account-state';
import type { NamedPerson } from '../matching/directory';
import type { Person } from '../matching/person';
import type { ExternalAccountState } from '../../external-accounts/external-account-state';
import { type Leavers, LeaverCount } from './leavers';
import { list, type Listed, type NamedReason } from './listed';

/** What a plan would do, in figures and the names that an operator must look at. */
export interface PlanSummary {
  users: number;
  accounts: number;
  counts: { action: Action; proof: Proof | null; count: number }[];
  proposed: Listed<NamedReason>;
  ambiguous: Listed<NamedReason>;
  review: Listed<NamedReason>;
  /** Whom it keeps out on both sides, and ends the sessions of. */
  leavers: Leavers;
  /** Who was never linked and has no account to sign in with on the external side, and stays local in every stage. */
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
  private readonly leaving = new LeaverCount();
  private readonly without: PlanSummary['withoutAccount'] = {
    count: 0,
    states: {},
    withoutPassword: empty(),
    pinnedExternal: empty(),
  };

  /** @param learned what is known of the account by it; `null` where nothing was learned */
  add(person: Person, { action, proof, reason, state }: Verdict, learned: AccountFact | null): void {
    const { id, username } = person;
    const key = `${action} ${proof}`;
    const counted = this.counts.get(key) ?? { action, proof, count: 0 };
    counted.count++;
    this.counts.set(key, counted);
    if (action === 'propose' || action === 'ambiguous' || action === 'review')
      list(this.named[action], { id, username, reason });
    this.leaving.add(person, learned);
    if (state === null || state === 'usable' || person.externalUserId !== null) return;
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
      leavers: this.leaving.leavers,
      withoutAccount: this.without,
    };
  }
}
