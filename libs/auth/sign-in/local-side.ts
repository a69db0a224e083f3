import type { ExecutionContext } from '@nestjs/common';
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

  /** After a sign-in that {@link check} admitted. Neither waits nor fails. */
  abstract admitted(request: SignInHttpRequest): void;
}
