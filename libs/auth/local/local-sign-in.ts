import { type ExecutionContext, Injectable } from '@nestjs/common';
import type { SignInRequest } from '@cutover/contracts';
import type { ProviderTokens } from '@cutover/external-auth';
import type { UserRecord } from '@cutover/users';
import type { Meeting } from '../external/link-objection';
import type { LinkRequired } from '../sign-in/link-required';
import { LocalSide } from '../sign-in/local-side';
import { attemptOf, type SignInHttpRequest } from '../sign-in/sign-in-attempt';
import { LocalAuthGuard } from './local-auth.guard';
import { LocalProof } from './link/local-proof';
import { LocalFallback } from './local-fallback';
import { ShadowChecks } from './shadow/shadow-checks';

/** The local side as sign-in sees it: the strategy, the outage policy, and the stage `shadow` after a success. */
@Injectable()
export class LocalSignIn extends LocalSide {
  constructor(
    private readonly guard: LocalAuthGuard,
    private readonly fallback: LocalFallback,
    private readonly shadow: ShadowChecks,
    private readonly proof: LocalProof,
  ) {
    super();
  }

  async check(context: ExecutionContext): Promise<boolean> {
    return (await this.guard.canActivate(context)) === true;
  }

  insteadOf(failure: unknown, context: ExecutionContext): Promise<boolean> {
    return this.fallback.insteadOf(failure, context);
  }

  askForProof(user: UserRecord, meeting: Meeting, tokens: ProviderTokens): Promise<LinkRequired | null> {
    return this.proof.ask(user, meeting, tokens);
  }

  admitted(request: SignInHttpRequest): void {
    const { user, username } = attemptOf(request);
    if (user) this.shadow.after(user, username, (request.body as SignInRequest).password);
  }
}
