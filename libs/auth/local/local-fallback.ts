import { type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ExternalUnavailable } from '@cutover/external-auth';
import { Metrics } from '@cutover/operations';
import type { SignIn } from '@cutover/sessions';
import { LocalPasswords, type UserRecord, UserRepository, whyKeptOut } from '@cutover/users';
import { attemptOf, type SignInHttpRequest } from '../sign-in/sign-in-attempt';
import { LocalAuthGuard } from './local-auth.guard';

/**
 * The local side in place of the external one while that is down (`EXTERNAL_AUTH_FALLBACK=local`, design section 4).
 * A pin or a stage says which side checks a person and not what becomes of them in an outage: whoever belongs to the
 * external side, by whatever rule, is served.
 */
@Injectable()
export class LocalFallback {
  private readonly logger = new Logger(LocalFallback.name);

  constructor(
    private readonly settings: SettingsService,
    private readonly users: UserRepository,
    private readonly passwords: LocalPasswords,
    private readonly local: LocalAuthGuard,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Signs in locally where `failure` of the external side and the person allow it.
   *
   * @throws `failure` where they do not, so that people read what holds them up
   * @throws InvalidCredentials when the local password is another one
   */
  async insteadOf(failure: unknown, context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignInHttpRequest & { user?: SignIn }>();
    const attempt = attemptOf(request);
    if (!this.isOutage(failure)) throw failure;
    // Read again: the external side took its time to fail, and a refusal may have come in the meantime.
    const user = attempt.user && (await this.users.findById(attempt.user.id));
    if (!user || !mayFallBack(user) || (await this.passwords.of(user.id)) === null) throw failure;

    request.signInAttempt = { ...attempt, user, fallback: true };
    const admitted = (await this.local.canActivate(context)) === true;
    if (request.user?.authMode === 'local') request.user.fallback = true;
    this.metrics.fallbackSignIns.inc();
    this.logger.warn({ userId: user.id }, 'signed in locally: the external side is down');
    return admitted;
  }

  /** Also the open circuit. A refusal, a throttle, our own full queue and an answer that nobody understands are none. */
  private isOutage(failure: unknown): boolean {
    return (
      failure instanceof ExternalUnavailable &&
      this.settings.get('externalAuth', { infer: true })?.fallback === 'local'
    );
  }
}

const mayFallBack = (user: UserRecord) =>
  whyKeptOut(user, 'local') === null && user.lastExternalRefusal === null;
