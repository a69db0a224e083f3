import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import {
  ExternalAuthClient,
  ProviderCircuits,
  type ProviderIdentity,
  type ProviderTokens,
  RefusedByProvider,
  ThrottledByProvider,
} from '@cutover/external-auth';
import { type ShadowFinding, ShadowStage } from '@cutover/rollout';
import { type UserRecord, UserRepository } from '@cutover/users';
import { AccountLinks } from '../../external/account-links';
import { linkObjection } from '../../external/link-objection';
import { RefusalRecord } from '../../external/refusal-record';
import { usernameToSend } from '../../external/username-to-send';
import { AccountNames } from '../../rate-limits/account-names';
import { ExternalAttempts } from '../../rate-limits/external-attempts';

export interface ShadowSubject {
  user: UserRecord;
  /** As it was typed. */
  username: string;
  /** That which opened the local account. */
  password: string;
}

/** AADSTS numbers of a name that nobody has over there. */
const UNKNOWN_NAME: readonly number[] = [50034, 51004];

/** One check: what the external side says to a name and a password that are right over here. */
@Injectable()
export class ShadowCheck {
  private readonly logger = new Logger(ShadowCheck.name);

  constructor(
    private readonly settings: SettingsService,
    private readonly client: ExternalAuthClient,
    private readonly names: AccountNames,
    private readonly attempts: ExternalAttempts,
    private readonly circuits: ProviderCircuits,
    private readonly stage: ShadowStage,
    private readonly users: UserRepository,
    private readonly links: AccountLinks,
    private readonly refusals: RefusalRecord,
  ) {}

  /** Not while the circuit is open, or tries whether it may close. */
  isPossible(): boolean {
    return (
      this.settings.get('externalAuth', { infer: true }) !== null && this.circuits.status().state === 'closed'
    );
  }

  /** Keeps what it finds. An outage finds nothing. @throws what the external side or the database fails with */
  async run(subject: ShadowSubject): Promise<void> {
    const { user, username, password } = subject;
    const sentUsername = usernameToSend(
      { username, user },
      this.settings.get('externalAuth', { infer: true }),
    );
    try {
      const { keys } = await this.names.external(sentUsername, user);
      const { tokens, identity } = await this.attempts.count({ keys, deviceOf: null }, () =>
        this.client.signIn(sentUsername, password),
      );
      const ended = this.end(tokens);
      const finding = await this.foundBy(identity, user.id, { username, sentUsername });
      await this.stage.keep(user.id, finding, identity.objectId);
      if (finding === 'opened' && user.lastExternalRefusal !== null)
        await this.users.recordExternalRefusal(user.id, null);
      await ended;
    } catch (error) {
      if (error instanceof ThrottledByProvider) return this.stage.stop('the external side throttles');
      if (!(error instanceof RefusedByProvider)) throw error;
      if (error.failure.addressBlocked) return this.stage.stop('the external side blocks our address');
      if (error.code === 'account_disabled' && user.externalUserId !== null)
        await this.refusals.keep(user, error.code);
      await this.stage.keep(user.id, findingOf(error), null);
    }
  }

  /** The grant is of no use to anybody; what cannot be ended over there runs out by itself. */
  private async end({ refreshToken }: ProviderTokens): Promise<void> {
    if (refreshToken === null) return;
    await this.client.signOut(refreshToken).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the tokens of a shadow check were dropped and could not be ended');
    });
  }

  /** Links where a password that opened both sides proves it and nothing speaks against it. */
  private async foundBy(
    identity: ProviderIdentity,
    userId: number,
    typed: { username: string; sentUsername: string },
  ): Promise<ShadowFinding> {
    const linked = await this.users.findByExternalUserId(identity.objectId);
    if (linked) return linked.id === userId ? 'opened' : 'conflict';
    const { objectId } = identity;
    const link = { userId, objectId, proof: 'shadow', by: 'cutover' } as const;
    const reason = await this.links.make(link, (user) => linkObjection(user, identity, typed));
    if (reason === null) return 'opened';
    this.logger.warn({ userId, objectId, reason }, 'a shadow check could not link an account');
    return 'conflict';
  }
}

function findingOf({ code, failure }: RefusedByProvider): ShadowFinding {
  if (code !== 'invalid_credentials') return code;
  return UNKNOWN_NAME.includes(failure.aadsts ?? 0) ? 'no_external_account' : 'password_differs';
}
