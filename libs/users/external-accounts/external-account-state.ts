/**
 * What is known of a person's account over there. Only `usable` lets them sign in there; with any other, people who were
 * never linked stay local, and linked people are kept out where it is `disabled` or `gone` (design section 4).
 *
 * - `usable`: linked, or about to be, to an account that is enabled
 * - `none`: no account was found that is theirs
 * - `gone`: they are linked to one that the whole directory does not hold any more
 * - `disabled`, `guest`: theirs by name or link, and not to be signed in with
 * - `ambiguous`: one may be theirs, and nothing proves which: an operator decides
 */
export const EXTERNAL_ACCOUNT_STATES = ['usable', 'none', 'gone', 'disabled', 'guest', 'ambiguous'] as const;
export type ExternalAccountState = (typeof EXTERNAL_ACCOUNT_STATES)[number];

/** A person's account over there, as a plan states it. */
export interface AccountFact {
  state: ExternalAccountState;
  /** Entra object id; kept from an earlier run where the last one found none. */
  objectId: string | null;
  /** User principal name. */
  upn: string | null;
}

/** The same, as it stands in `cutover_external_accounts`. */
export interface RecordedAccount extends AccountFact {
  /** When a run recorded it, epoch milliseconds. */
  seenAt: number;
  runId: string;
}
