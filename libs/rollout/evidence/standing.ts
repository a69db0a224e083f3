import type { UserRecord } from '@cutover/users';
import type { KnownAccount } from './known-accounts';

/** One person as far as the rollout is concerned. */
export interface Standing
  extends
    Pick<
      UserRecord,
      'id' | 'username' | 'email' | 'active' | 'role' | 'pin' | 'externalUserId' | 'breakGlass' | 'departure'
    >,
    KnownAccount {
  /** `null` once the clean-up has removed everybody's. */
  hasLocalPassword: boolean | null;
  /** The code with which the external side last refused this person; `null` since it last let them in. */
  lastExternalRefusal: string | null;
}
