import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import type { ProviderIdentity } from '@cutover/external-auth';
import { isAddress, type UserRecord, UserRepository } from '@cutover/users';
import type { LinkProof } from './link-proof';

export interface Link {
  userId: number;
  /** Entra object id. */
  objectId: string;
  proof: LinkProof;
  /** As the audit trail names who makes it. */
  by: string;
}

/** Says why an account must not be linked, `null` where it may. Asked inside the transaction that links. */
export type Objection = (user: UserRecord) => string | null | Promise<string | null>;

/** Why nothing was linked though the account looked free a moment ago. */
export const LINKED_MEANWHILE = 'the account or the identity was linked elsewhere at the same moment';

/** The one place where a person is linked at sign-in. */
@Injectable()
export class AccountLinks {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Links, on record, unless something speaks against the account as it stands now: the external side took its time to
   * answer, and an operator may have changed the row meanwhile.
   *
   * @returns why not; `null` where the link was made
   */
  make({ userId, objectId, proof, by }: Link, objection: Objection): Promise<string | null> {
    return this.database.transaction(async () => {
      const user = await this.users.lock(userId);
      if (!user) return 'the account is gone';
      const reason = user.active ? await objection(user) : 'the account is not active any more';
      if (reason !== null) return reason;
      if (!(await this.users.link(userId, objectId))) return LINKED_MEANWHILE;
      const subject = `user:${userId}`;
      const entry = { action: 'user.linked', actor: by, subject, outcome: 'success' } as const;
      await this.audit.record({ ...entry, detail: { objectId, by: proof } });
      return null;
    });
  }

  /** Keeps what the external side says of a person whom it let in. @returns them as they are now */
  async welcome(user: UserRecord, identity: ProviderIdentity): Promise<UserRecord> {
    if (user.lastExternalRefusal !== null) await this.users.recordExternalRefusal(user.id, null);
    return this.users.recordExternalProfile(user, {
      displayName: identity.name,
      azureEmail: identity.email ?? addressLike(identity.preferredUsername),
    });
  }
}

/** What can be an e-mail address. */
export const addressLike = (name: string | null) => (name !== null && isAddress(name) ? name : null);
