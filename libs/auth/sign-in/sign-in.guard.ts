import '@fastify/cookie';
import { type CanActivate, type ExecutionContext, Injectable, Logger, Optional } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { type AuthMode, type SignInRequest, ValidationFailed } from '@cutover/contracts';
import { clientAddress } from '@cutover/operations';
import { SignInRouting } from '@cutover/rollout';
import { type UserRecord, UserRepository, whyKeptOut } from '@cutover/users';
import type { FastifyReply } from 'fastify';
import { BreakGlassSignIn } from '../break-glass/break-glass-sign-in';
import { DeviceCookie } from '../device/device-cookie';
import { ExternalAuthGuard } from '../external/external-auth.guard';
import { RateLimited } from '../rate-limits/rate-limited';
import { type AttemptPoints, SignInLimits } from '../rate-limits/sign-in-limits';
import { LinkRequired } from './link-required';
import { LocalSide } from './local-side';
import { NoLocalSide } from './no-local-side';
import { SentNames } from './sent-names';
import { attemptOf, type KnownDevice, type SignInAttempt, type SignInHttpRequest } from './sign-in-attempt';
import { SignInEvidence } from './sign-in-evidence';
import { SignInLog } from './sign-in-log';
import { SignInRecord } from './sign-in-record';
import { signInRequestSchema } from './sign-in.schemas';

/**
 * Picks the strategy that checks the password: a break-glass account goes before everything, then the master switch,
 * then the rollout. The other side is never
 * asked after a refusal, so a wrong password counts once.
 */
@Injectable()
export class SignInGuard implements CanActivate {
  private readonly logger = new Logger(SignInGuard.name);
  private readonly local: LocalSide;

  constructor(
    private readonly settings: SettingsService,
    private readonly routing: SignInRouting,
    private readonly users: UserRepository,
    private readonly external: ExternalAuthGuard,
    private readonly limits: SignInLimits,
    private readonly names: SentNames,
    private readonly devices: DeviceCookie,
    private readonly record: SignInRecord,
    private readonly breakGlass: BreakGlassSignIn,
    private readonly evidence: SignInEvidence,
    private readonly log: SignInLog,
    none: NoLocalSide,
    @Optional() found?: LocalSide,
  ) {
    this.local = found ?? none;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignInHttpRequest>();
    // Guards run before pipes: the strategies must not meet a body that nobody has checked.
    const parsed = signInRequestSchema.safeParse(request.body);
    if (!parsed.success) throw ValidationFailed.fromIssues(parsed.error.issues);

    const startedAt = performance.now();
    try {
      const admitted = await this.admit(parsed.data, request, context, startedAt);
      this.log.admitted(request, startedAt);
      return admitted;
    } catch (error) {
      this.log.refused(request, error, startedAt);
      throw error;
    }
  }

  private admit(
    { username, password }: SignInRequest,
    request: SignInHttpRequest,
    context: ExecutionContext,
    startedAt: number,
  ): Promise<boolean> {
    return this.limits.count(async (points) => {
      const attempt = await this.attemptBy(username, request, points);
      request.signInAttempt = attempt;
      if (attempt.user?.breakGlass) {
        await points.giveBack();
        return this.breakGlass.admit(request, attempt.user, password);
      }
      try {
        const side = attempt.ambiguous ? 'local' : await this.sideFor(attempt.user);
        if (side === 'external') await this.nameToSend(attempt, request);
        await points.ofAccount(attempt);
        attempt.side = side;
        const admitted = await this.check(side, context);
        this.evidence.admitted(attemptOf(request), request, startedAt);
        if (side === 'local') this.local.admitted(request);
        return admitted;
      } catch (error) {
        this.evidence.refused(attemptOf(request), error, startedAt);
        await this.record.refused(attemptOf(request), error);
        throw error;
      }
    });
  }

  private async attemptBy(
    username: string,
    request: SignInHttpRequest,
    points: AttemptPoints,
  ): Promise<SignInAttempt> {
    const address = clientAddress(request.ip);
    const limited = await this.addressLimit(username, request, address, points);
    const match = await this.users.findByUsername(username);
    if (match.outcome === 'ambiguous') {
      const userIds = match.users.map(({ id }) => id);
      this.logger.warn(
        { userIds },
        'refused a sign-in: these usernames are equal but for case; rename all but one',
      );
    }
    const user = match.outcome === 'one' ? match.user : null;
    if (limited && !user?.breakGlass) throw limited;
    return {
      username,
      user,
      ambiguous: match.outcome === 'ambiguous',
      address,
      device: user && this.deviceOf(request, user),
    };
  }

  /**
   * What is limited costs nothing: the address is asked before anything is looked up, but for browsers that somebody has
   * signed in with. Whether it is this person is known once the row is.
   *
   * @returns the refusal, where only a break-glass account may pass
   */
  private async addressLimit(
    username: string,
    request: SignInHttpRequest,
    address: string | null,
    points: AttemptPoints,
  ): Promise<RateLimited | null> {
    if (this.devices.isKnown(request.cookies[this.devices.name])) return null;
    try {
      await points.ofAddress(address);
      return null;
    } catch (error) {
      if (error instanceof RateLimited && (await this.breakGlass.knows(username))) return error;
      throw error;
    }
  }

  private async nameToSend(attempt: SignInAttempt, request: SignInHttpRequest): Promise<void> {
    const { sent, owner } = await this.names.of(attempt);
    attempt.sent = sent;
    if (owner) attempt.device = this.deviceOf(request, owner);
  }

  private deviceOf({ cookies }: SignInHttpRequest, user: UserRecord): KnownDevice | null {
    const id = this.devices.deviceOf(cookies[this.devices.name], user);
    return id === null ? null : { id, userId: user.id };
  }

  private async check(side: AuthMode, context: ExecutionContext): Promise<boolean> {
    if (side === 'local') return this.local.check(context);
    try {
      return (await this.external.canActivate(context)) === true;
    } catch (error) {
      if (error instanceof LinkRequired) bind(error, context);
      return this.local.insteadOf(error, context);
    }
  }

  private async sideFor(user: UserRecord | null): Promise<AuthMode> {
    if (!this.settings.get('useExternalAuth', { infer: true })) return 'local';
    const side = await this.routing.sideFor(user);
    // Whoever is kept out is refused here, whatever the other side would say.
    return user && whyKeptOut(user, side) ? 'local' : side;
  }
}

/** What is asked is asked of this browser. */
function bind({ cookie: { name, value, attributes } }: LinkRequired, context: ExecutionContext): void {
  context.switchToHttp().getResponse<FastifyReply>().setCookie(name, value, attributes);
}
