import { type ExecutionContext, Injectable } from '@nestjs/common';
import type { SignInRequest } from '@cutover/contracts';
import { LocalSide } from '../sign-in/local-side';
import { attemptOf, type SignInHttpRequest } from '../sign-in/sign-in-attempt';
import { LocalAuthGuard } from './local-auth.guard';
import { LocalFallback } from './local-fallback';
import { ShadowChecks } from './shadow/shadow-checks';

/** The local side as sign-in sees it: the strategy, the outage policy, and the stage `shadow` after a success. */
@Injectable()
export class LocalSignIn extends LocalSide {
  constructor(
    private readonly guard: LocalAuthGuard,
    private readonly fallback: LocalFallback,
    private readonly shadow: ShadowChecks,
  ) {
    super();
  }

  async check(context: ExecutionContext): Promise<boolean> {
    return (await this.guard.canActivate(context)) === true;
  }

  insteadOf(failure: unknown, context: ExecutionContext): Promise<boolean> {
    return this.fallback.insteadOf(failure, context);
  }

  admitted(request: SignInHttpRequest): void {
    const { user, username } = attemptOf(request);
    if (user) this.shadow.after(user, username, (request.body as SignInRequest).password);
  }
}
