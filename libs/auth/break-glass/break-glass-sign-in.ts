import { Injectable, Logger } from '@nestjs/common';
import { InvalidCredentials } from '@cutover/contracts';
import { ExternalAvailability } from '@cutover/external-auth';
import { AuditTrail, CachedFigure, Metrics } from '@cutover/operations';
import type { SignIn } from '@cutover/sessions';
import { type CheckedCredential, foldName, type UserRecord } from '@cutover/users';
import { refusalCodeOf } from '../sign-in/refusal';
import { attemptOf, type SignInHttpRequest } from '../sign-in/sign-in-attempt';
import { BreakGlassCredentials } from './break-glass-credentials';
import { BreakGlassLimits } from './break-glass-limits';
import { BreakGlassPasswords } from './break-glass-passwords';

/** Milliseconds. */
const NAMES_KEPT = 5000;

/**
 * Sign-in with a break-glass account (design section 4: the first in the order). It asks neither the switch nor the
 * rollout nor the external side, so that none of them can be in its way. Every use is on record and in the log at a
 * level that alerts; one that succeeds is recorded with its session, or does not succeed.
 */
@Injectable()
export class BreakGlassSignIn {
  private readonly logger = new Logger(BreakGlassSignIn.name);
  private readonly names = new CachedFigure(
    async () => new Set((await this.credentials.all()).map(({ username }) => foldName(username))),
    NAMES_KEPT,
  );

  constructor(
    private readonly limits: BreakGlassLimits,
    private readonly passwords: BreakGlassPasswords,
    private readonly credentials: BreakGlassCredentials,
    private readonly availability: ExternalAvailability,
    private readonly audit: AuditTrail,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Whether credentials were made for this name, as of some seconds ago: asked of memory, for callers who must not cost a
   * look-up. It opens nothing.
   */
  async knows(username: string): Promise<boolean> {
    return (await this.names.value())?.has(foldName(username)) ?? false;
  }

  /**
   * Leaves the checked sign-in at the request, as a strategy does.
   *
   * @param user a break-glass account
   * @throws InvalidCredentials, RateLimited, ServiceBusy, ServiceUnavailable
   */
  async admit(
    request: SignInHttpRequest & { user?: SignIn },
    user: UserRecord,
    password: string,
  ): Promise<true> {
    const attempt = attemptOf(request);
    const lane = attempt.device === null ? 'stranger' : 'known-device';
    let credential: CheckedCredential;
    try {
      credential = await this.limits.count(attempt, async () => {
        const checked = await this.passwords.check(user, password, lane);
        if (checked === null) throw new InvalidCredentials();
        return checked;
      });
    } catch (error) {
      if (refusalCodeOf(error) !== null) await this.refused(user);
      throw error;
    }
    const provider = this.availability.current().state;
    request.user = { user, authMode: 'local', credential, breakGlass: { provider } };
    this.metrics.breakGlassSignIns.inc();
    this.logger.error(
      { userId: user.id, username: user.username, provider },
      'a break-glass account signed in: find out who and why',
    );
    return true;
  }

  /** Never fails: the answer is the refusal, whether or not it could be recorded. */
  private async refused({ id, username }: UserRecord): Promise<void> {
    this.metrics.breakGlassRefusals.inc();
    this.logger.warn({ userId: id, username }, 'a sign-in with a break-glass account was refused');
    try {
      await this.audit.record({
        action: 'break_glass.sign_in',
        actor: 'anonymous',
        subject: `user:${id}`,
        outcome: 'failure',
        code: 'invalid_credentials',
      });
    } catch (failure) {
      this.logger.error(
        { err: failure, userId: id },
        'a refused break-glass sign-in is not in the audit trail',
      );
    }
  }
}
