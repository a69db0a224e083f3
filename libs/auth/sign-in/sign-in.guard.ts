import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { type AuthMode, ValidationFailed } from '@cutover/contracts';
import { SignInRouting } from '@cutover/rollout';
import { type UserRecord, UserRepository } from '@cutover/users';
import { ExternalAuthGuard } from '../external/external-auth.guard';
import { LocalAuthGuard } from '../local/local-auth.guard';
import type { SignInHttpRequest } from './sign-in-attempt';
import { signInRequestSchema } from './sign-in.schemas';

/**
 * Picks the strategy that checks the password: the master switch first, then the rollout. The other side is never
 * asked afterwards, so a wrong password counts once.
 */
@Injectable()
export class SignInGuard implements CanActivate {
  private readonly logger = new Logger(SignInGuard.name);

  constructor(
    private readonly settings: SettingsService,
    private readonly routing: SignInRouting,
    private readonly users: UserRepository,
    private readonly local: LocalAuthGuard,
    private readonly external: ExternalAuthGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignInHttpRequest>();
    // Guards run before pipes: the strategies must not meet a body that nobody has checked.
    const parsed = signInRequestSchema.safeParse(request.body);
    if (!parsed.success) throw ValidationFailed.fromIssues(parsed.error.issues);

    const { username } = parsed.data;
    const match = await this.users.findByUsername(username);
    const user = match.outcome === 'one' ? match.user : null;
    request.signInAttempt = { username, user };
    if (match.outcome === 'ambiguous') {
      const userIds = match.users.map(({ id }) => id);
      this.logger.warn(
        { userIds },
        'refused a sign-in: these usernames are equal but for case; rename all but one',
      );
    }
    const side = match.outcome === 'ambiguous' ? 'local' : await this.sideFor(user);
    const strategy = side === 'external' ? this.external : this.local;
    return (await strategy.canActivate(context)) === true;
  }

  private async sideFor(user: UserRecord | null): Promise<AuthMode> {
    if (!this.settings.get('useExternalAuth', { infer: true })) return 'local';
    // Whoever is kept out here is refused here, whatever the other side would say.
    if (user && !user.active) return 'local';
    return this.routing.sideFor(user);
  }
}
