import { Injectable, Logger } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import type { SignIn } from '@cutover/sessions';
import type { SignInHttpRequest } from './sign-in-attempt';

/**
 * One line in the log for every attempt to sign in, also for those that a limit stopped. People by id only: what was
 * typed as a name that nobody has may be a password.
 */
@Injectable()
export class SignInLog {
  private readonly logger = new Logger('SignIn');

  /** @param startedAt by `performance.now()` */
  admitted(request: SignInHttpRequest & { user?: SignIn }, startedAt: number): void {
    const about = aboutOf(request, startedAt);
    const { user, authMode } = request.user ?? {};
    this.logger.log(
      { ...about, userId: user?.id ?? about.userId, mode: authMode ?? about.mode, outcome: 'success' },
      'signed in',
    );
  }

  refused(request: SignInHttpRequest, error: unknown, startedAt: number): void {
    const outcome = error instanceof ProblemError ? error.code : 'internal_error';
    this.logger.warn({ ...aboutOf(request, startedAt), outcome }, 'not signed in');
  }
}

function aboutOf({ signInAttempt: attempt }: SignInHttpRequest, startedAt: number) {
  return {
    event: 'sign_in',
    userId: attempt?.user?.id ?? null,
    /** `null` where no side was asked. */
    mode: attempt?.fallback ? 'local' : (attempt?.side ?? null),
    ...(attempt?.fallback && { fallback: true }),
    ...(attempt?.user?.breakGlass && { breakGlass: true }),
    duration: Math.round(performance.now() - startedAt),
  };
}
