import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { InvalidCredentials, ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import type { ProviderIdentity } from '@cutover/external-auth';
import { AuditTrail } from '@cutover/operations';
import { type UserRecord, UserRepository, whyKeptOut } from '@cutover/users';
import type { SignInAttempt } from '../sign-in/sign-in-attempt';
import { AccountConflict } from './account-conflict';
import { AccountLinks, addressLike } from './account-links';
import { linkObjection } from './link-objection';
import { linkProof } from './link-proof';
import { ProofMissing } from './proof-missing';

export interface ExternalAttempt extends SignInAttempt {
  sentUsername: string;
}

/**
 * Finds the local account that an external identity stands for. The object id decides; a first meeting is linked
 * only where the typed name and more prove it. Never by e-mail alone, and never because two people share a name.
 */
@Injectable()
export class AccountLinking {
  private readonly logger = new Logger(AccountLinking.name);

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly links: AccountLinks,
    private readonly audit: AuditTrail,
    private readonly settings: SettingsService,
  ) {}

  /**
   * @throws AccountConflict when no account may be linked; the reason goes to the log for the operators
   * @throws ProofMissing when one could be, and nothing but the name says so
   * @throws InvalidCredentials when the linked account is kept out
   */
  async accountFor(identity: ProviderIdentity, attempt: ExternalAttempt): Promise<UserRecord> {
    const linked = await this.users.findByExternalUserId(identity.objectId);
    const user =
      linked ??
      (attempt.user
        ? await this.link(attempt.user, identity, attempt)
        : await this.provision(identity, attempt));
    this.admit(user, identity);
    return this.links.welcome(user, identity);
  }

  private async link(
    user: UserRecord,
    identity: ProviderIdentity,
    attempt: ExternalAttempt,
  ): Promise<UserRecord> {
    const { objectId } = identity;
    const objection = linkObjection(user, identity, attempt);
    if (objection) this.refuse(objection, identity, user);
    const proof = linkProof(user, identity);
    if (!proof) this.refuse(new ProofMissing(user), identity, user);
    const link = { userId: user.id, objectId, proof, by: `user:${user.id}` };
    const failure = await this.links.make(
      link,
      (now) =>
        linkObjection(now, identity, attempt) ?? (linkProof(now, identity) ? null : 'the proof is gone'),
    );
    // Of two first sign-ins at once the second finds the link made, to this account or to another.
    const linked = failure === null ? null : await this.users.findByExternalUserId(objectId);
    if (failure !== null && linked?.id !== user.id) this.refuse(failure, identity, user);
    // What was read before the provider answered may have changed since.
    return (await this.users.findById(user.id)) ?? user;
  }

  private async provision(identity: ProviderIdentity, attempt: ExternalAttempt): Promise<UserRecord> {
    const provision = this.settings.get('externalAuth', { infer: true })?.provision ?? false;
    if (!provision) this.refuse('no account has this name, and EXTERNAL_AUTH_PROVISION is off', identity);
    const { objectId } = identity;
    const username = identity.preferredUsername ?? attempt.sentUsername;
    if (!/^[\x21-\x7e]+$/.test(username))
      this.refuse('the name over there has characters that no user principal name has', identity);
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
          // Only the user principal name's domain is the tenant's own: any other address is a claim that could keep its
          // owner out, or be taken for theirs.
          email: addressLike(identity.preferredUsername),
          fullName: null, // what the external side calls the person is its display_name
          role: 'user',
          hashedPassword: null,
          externalUserId: objectId,
        });
        const person = `user:${made.id}`;
        const entry = { actor: person, subject: person, outcome: 'success' } as const;
        await this.audit.record({ ...entry, action: 'user.provisioned', detail: { objectId } });
        return made;
      });
    } catch (error) {
      // Two first sign-ins at once: the other one made the account.
      const made = await this.users.findByExternalUserId(objectId);
      if (made) return made;
      if (error instanceof ValidationFailed) this.refuse(error.detail, identity);
      throw error;
    }
  }

  /** The answer may stand for another row than the typed name: what keeps that row out keeps it out here too. */
  private admit(user: UserRecord, identity: ProviderIdentity): void {
    const keptOut = whyKeptOut(user, 'external');
    if (keptOut) throw new InvalidCredentials(`the linked account is kept out: ${keptOut.reason}`);
    if (user.breakGlass) this.refuse('the linked account is a break-glass account', identity, user);
    if (user.pin === 'local') this.refuse('the linked account is pinned to the local side', identity, user);
  }

  private refuse(why: string | ProofMissing, { objectId }: ProviderIdentity, user?: UserRecord): never {
    const refused = typeof why === 'string' ? new AccountConflict(why) : why;
    this.logger.warn(
      { objectId, userId: user?.id, reason: refused.cause },
      'an external identity could not be matched to an account',
    );
    throw refused;
  }
}
