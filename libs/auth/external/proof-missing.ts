import type { UserRecord } from '@cutover/users';
import { AccountConflict } from './account-conflict';

/** Nothing speaks against the account, and nothing but its name for it: a conflict, unless the person proves it. */
export class ProofMissing extends AccountConflict {
  constructor(readonly user: UserRecord) {
    super('nothing but the name says that the account is theirs');
  }
}
