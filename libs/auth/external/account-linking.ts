import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import type { ProviderIdentity } from '@cutover/external-auth';
import { AuditTrail } from '@cutover/operations';
import { type UserRecord, UserRepository } from '@cutover/users';
import type { SignInAttempt } from '../sign-in/sign-in-attempt';
import { InvalidCredentials } from '../sign-in/invalid-credentials';
import { AccountConflict } from './account-conflict';
import { linkObjection } from './link-objection';

export interface ExternalAttempt extends SignInAttempt {
  sentUsername: string;
}

/**
 * Finds the local account that an external identity stands for. The object id decides; a first meeting is linked
 * only where the typed name proves it. Never by e-mail alone, and never because two people share a name.
 */
@Injectable()
export class AccountLinking {
  private readonly logger = new Logger(AccountLinking.name);

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly audit: AuditTrail,
    private readonly settings: SettingsService,
  ) {}

  /**
   * @throws AccountConflict when no account may be linked; the reason goes to the log for the operators
   * @throws InvalidCredentials when the linked account is inactive
   */
  async accountFor(identity: ProviderIdentity, attempt: ExternalAttempt): Promise<UserRecord> {
    const linked = await this.users.findByExternalUserId(identity.objectId);
    const user =
      linked ??
      (attempt.user
        ? await this.link(attempt.user, identity, attempt)
        : await this.provision(identity, attempt));
    this.admit(user, identity);
    if (user.lastExternalRefusal !== null) await this.users.recordExternalRefusal(user.id, null);
    return this.users.recordExternalProfile(user, {
      displayName: identity.name,
      azureEmail: identity.email ?? addressLike(identity.preferredUsername),
    });
  }

  private async link(
    user: UserRecord,
    identity: ProviderIdentity,
    attempt: ExternalAttempt,
  ): Promise<UserRecord> {
    const objection = linkObjection(user, identity, attempt);
    if (objection) this.refuse(objection, identity, user);
    if (!(await this.linkOnce(user.id, identity))) {
      // Two first sign-ins at once: whoever came second finds the link made, to this account or to another.
      const linked = await this.users.findByExternalUserId(identity.objectId);
      if (linked?.id !== user.id)
        this.refuse('the account or the identity was linked elsewhere at the same moment', identity, user);
    }
    // What was read before the provider answered may have changed since.
    return (await this.users.findById(user.id)) ?? user;
  }

  /** @returns false when the account, or the identity, is linked already */
  private linkOnce(userId: number, identity: ProviderIdentity): Promise<boolean> {
    return this.database.transaction(async () => {
      const linked = await this.users.link(userId, identity.objectId);
      if (linked) await this.record('user.linked', userId, identity);
      return linked;
    });
  }

  private async provision(identity: ProviderIdentity, attempt: ExternalAttempt): Promise<UserRecord> {
    const provision = this.settings.get('externalAuth', { infer: true })?.provision ?? false;
    if (!provision) this.refuse('no account has this name, and EXTERNAL_AUTH_PROVISION is off', identity);
    const username = identity.preferredUsername ?? attempt.sentUsername;
    const [localPart = username] = username.split('@');
    const holders = await Promise.all([
      ...[username, localPart].map(
        async (name) => (await this.users.findByUsername(name)).outcome !== 'none',
      ),
      ...[username, identity.email ?? username].map(
        async (email) => (await this.users.findByEmail(email)).length > 0,
      ),
    ]);
    if (holders.includes(true))
      this.refuse('an account with this e-mail or name exists and is not linked', identity);
    try {
      return await this.database.transaction(async () => {
        const made = await this.users.create({
          username,
          email: addressLike(identity.email),
          fullName: null, // what the external side calls the person is its display_name
          role: 'user',
          hashedPassword: null,
          externalUserId: identity.objectId,
        });
        await this.record('user.provisioned', made.id, identity);
        return made;
      });
    } catch (error) {
      // Two first sign-ins at once: the other one made the account.
      const made = await this.users.findByExternalUserId(identity.objectId);
      if (made) return made;
      if (error instanceof ValidationFailed) this.refuse(error.detail, identity);
      throw error;
    }
  }

  /** The answer may stand for another row than the typed name: what keeps that row out keeps it out here too. */
  private admit(user: UserRecord, identity: ProviderIdentity): void {
    if (!user.active) throw new InvalidCredentials('the linked account is inactive');
    if (user.breakGlass) this.refuse('the linked account is a break-glass account', identity, user);
    if (user.pin === 'local') this.refuse('the linked account is pinned to the local side', identity, user);
  }

  private record(
    action: 'user.linked' | 'user.provisioned',
    userId: number,
    { objectId }: ProviderIdentity,
  ): Promise<void> {
    const person = `user:${userId}`;
    return this.audit.record({
      action,
      actor: person,
      subject: person,
      outcome: 'success',
      detail: { objectId },
    });
  }

  private refuse(reason: string, identity: ProviderIdentity, user?: UserRecord): never {
    this.logger.warn(
      { objectId: identity.objectId, userId: user?.id, reason },
      'an external identity could not be matched to an account',
    );
    throw new AccountConflict(reason);
  }
}

const addressLike = (name: string | null) => (name !== null && /^[^\s@]+@[^\s@]+$/.test(name) ? name : null);
