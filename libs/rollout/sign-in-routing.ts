import type { AuthMode } from '@cutover/contracts';
import type { UserRecord } from '@cutover/users';
import type { AccountKnown } from './evidence/known-accounts';
import type { Routed } from './policy/side';

/** The port through which sign-in asks which side checks a person's password. */
export abstract class SignInRouting {
  /**
   * @param user `null` for a name that no row knows
   * @returns the side for this sign-in; live sessions are not asked about
   */
  abstract sideFor(user: UserRecord | null): Promise<AuthMode>;

  /** As {@link sideFor}, where it is known how the person stands on the external side. */
  abstract sideOf(user: Routed | null, account: AccountKnown | null): Promise<AuthMode>;
}
