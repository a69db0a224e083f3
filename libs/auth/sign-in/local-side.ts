import type { ExecutionContext } from '@nestjs/common';
import type { ProviderTokens } from '@cutover/external-auth';
import type { UserRecord } from '@cutover/users';
import type { Meeting } from '../external/link-objection';
import type { LinkRequired } from './link-required';
import type { SignInHttpRequest } from './sign-in-attempt';

/** The port to whatever checks passwords in this application's own database, where anything does. */
export abstract class LocalSide {
  /**
   * Leaves the checked sign-in at the request, as a strategy does.
   *
   * @throws InvalidCredentials, ServiceBusy, ServiceUnavailable
   */
  abstract check(context: ExecutionContext): Promise<boolean>;

  /**
   * Signs in locally where `failure` of the external side and the person allow it.
   *
   * @throws `failure` where they do not; InvalidCredentials when the local password is another one
   */
  abstract insteadOf(failure: unknown, context: ExecutionContext): Promise<boolean>;

  /**
   * Has the person prove with the local password that an account is theirs, before it is linked.
   *
   * @param tokens the provider's, which then wait
   * @returns what the person is asked; `null` where this account cannot be claimed so
   */
  abstract askForProof(
    user: UserRecord,
    meeting: Meeting,
    tokens: ProviderTokens,
  ): Promise<LinkRequired | null>;

  /** After a sign-in that {@link check} admitted. Neither waits nor fails. */
  abstract admitted(request: SignInHttpRequest): void;
}
