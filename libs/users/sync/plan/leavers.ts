import type { AccountFact } from '../../external-accounts/external-account-state';
import { type KeptOut, whyKeptOut } from '../../kept-out/why-kept-out';
import type { Person } from '../matching/person';
import { list, type Listed, type NamedReason } from './listed';

/** Whom what a plan knows keeps out: linked people whose account on the external side is disabled or gone. */
export interface Leavers {
  /** Those who could sign in until now. */
  newly: Listed<NamedReason>;
  /** Those who could not before. */
  already: number;
  /** Those whom a pin to local or break-glass credentials let in all the same. */
  excepted: Listed<NamedReason>;
  /** Linked people, before the plan. */
  linked: number;
  /** Administrators who can sign in. */
  administrators: { before: number; after: number };
}

const IN_WORDS: Record<Exclude<KeptOut['reason'], 'inactive'>, string> = {
  account_disabled: 'the account on the external side is disabled',
  account_gone: 'the account on the external side is gone',
};

/** Adds up {@link Leavers}, person by person. */
export class LeaverCount {
  readonly leavers: Leavers = {
    newly: { count: 0, first: [] },
    already: 0,
    excepted: { count: 0, first: [] },
    linked: 0,
    administrators: { before: 0, after: 0 },
  };

  /** @param learned what the plan finds of the account; `null` where it learns nothing */
  add(person: Person, learned: AccountFact | null): void {
    const { leavers } = this;
    if (person.externalUserId !== null) leavers.linked++;
    const departure = departureBy(learned);
    const after = departure ? { ...person, departure } : person;
    if (person.role === 'admin') {
      if (whyKeptOut(person, 'local') === null) leavers.administrators.before++;
      if (whyKeptOut(after, 'local') === null) leavers.administrators.after++;
    }
    if (!departure || !person.active || person.externalUserId === null) return;
    const named = { id: person.id, username: person.username, reason: IN_WORDS[departure.reason] };
    if (whyKeptOut(after, 'external') === null)
      list(leavers.excepted, { ...named, reason: exceptionOf(person) });
    else if (whyKeptOut(person, 'external') === null) list(leavers.newly, named);
    else leavers.already++;
  }
}

function departureBy(learned: AccountFact | null) {
  if (learned?.state !== 'disabled' && learned?.state !== 'gone') return null;
  const reason = learned.state === 'gone' ? 'account_gone' : 'account_disabled';
  return { reason, source: 'sync', since: null } as const;
}

const exceptionOf = ({ breakGlass }: Person) =>
  breakGlass ? 'has break-glass credentials' : 'is pinned to local';
