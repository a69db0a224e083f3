import type { Pin, Role } from '@cutover/contracts';
import type { Departure } from '../../kept-out/departure';
import type { AccountFact, RecordedAccount } from '../../external-accounts/external-account-state';

/** What a sync may change of a person. */
export interface SyncedFacts {
  /** Entra object id the person is linked to. */
  externalUserId: string | null;
  account: AccountFact | null;
}

/** What a decision rests on: a plan holds it, so that a change of any of it is noticed. */
export interface PersonRow extends SyncedFacts {
  username: string;
  email: string | null;
  role: Role;
  active: boolean;
}

/** A person as a sync reads them. */
export interface Person extends Omit<PersonRow, 'account'> {
  id: number;
  account: RecordedAccount | null;
  /** The address that the external side gave at their last sign-in. */
  azureEmail: string | null;
  hasPassword: boolean;
  pin: Pin;
  breakGlass: boolean;
  departure: Departure | null;
}

export function rowOf({ username, email, role, active, externalUserId, account }: Person): PersonRow {
  return { username, email, role, active, externalUserId, account: account && factOf(account) };
}

export const factOf = ({ state, objectId, upn }: AccountFact): AccountFact => ({ state, objectId, upn });
