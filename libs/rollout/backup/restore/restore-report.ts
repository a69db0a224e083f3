import { listing, type Listing, type NamedPerson } from '../named-people';

/** What somebody would have again that they do not have now, in words that follow their name. */
export const GAINS = {
  row: 'back again',
  active: 'active again',
  admin: 'as an administrator',
  role: 'with an earlier role',
  password: 'with an earlier password',
  link: 'with an earlier link',
  pin: 'with an earlier pin',
  test_user: 'as a test user',
} as const;

export interface Regained extends NamedPerson {
  gains: keyof typeof GAINS;
}

/** What a restore changes, or would. */
export interface RestoreReport {
  /** People of the backup. */
  users: number;
  /** Whose row differs from the backup's. */
  changed: Listing;
  /** Whose row is gone, and comes back. */
  added: Listing;
  /** Who is not in the backup, and stays as they are. */
  left: Listing;
  /** Whose pin is set, changed or taken away. */
  pins: number;
  /** Of whom something else is known about their account over there. */
  accounts: number;
  /** Runs of the ledger that become as they were. */
  runs: number;
  /** Ids of the runs that began since: they count as taken back. */
  takenBack: string[];
  /** `kept`: a hold stands, and the backup's decision would go further than the one in force. */
  policy: 'unchanged' | 'restored' | 'kept';
  /** Who may do something again that they may not now. */
  privileges: Listing<Regained>;
}

export const emptyReport = (): RestoreReport => ({
  users: 0,
  changed: listing(),
  added: listing(),
  left: listing(),
  pins: 0,
  accounts: 0,
  runs: 0,
  takenBack: [],
  policy: 'unchanged',
  privileges: listing(),
});
