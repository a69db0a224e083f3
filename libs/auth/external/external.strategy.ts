import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { NotAuthenticated, type SignInRequest } from '@cutover/contracts';
import { ExternalAuthClient, type ProviderSignIn, RefusedByProvider } from '@cutover/external-auth';
import type { SignIn } from '@cutover/sessions';
import { Strategy } from 'passport-custom';
import { ExternalAttempts } from '../rate-limits/external-attempts';
import {
  attemptOf,
  type SentName,
  type SignInAttempt,
  type SignInHttpRequest,
} from '../sign-in/sign-in-attempt';
import { AccountLinking } from './account-linking';
import { RefusalRecord } from './refusal-record';

/** Has the external authentication API check a password, and finds the local account that its answer stands for. */
@Injectable()
export class ExternalStrategy extends PassportStrategy(Strategy, 'external') {
  constructor(
    private readonly client: ExternalAuthClient,
    private readonly linking: AccountLinking,
    private readonly refusals: RefusalRecord,
    private readonly attempts: ExternalAttempts,
  ) {
    super();
  }

  async validate(request: SignInHttpRequest): Promise<SignIn> {
    const attempt = attemptOf(request);
    const { password } = request.body as SignInRequest;
    const { tokens, identity } = await this.ask(attempt, sentBy(attempt), password);
    try {
      const user = await this.linking.accountFor(identity, {
        ...attempt,
        sentUsername: sentBy(attempt).username,
      });
      return { user, authMode: 'external', tokens };
    } catch (error) {
      // Whoever is refused here leaves no grant behind over there; whether that worked changes nothing for them.
      if (tokens.refreshToken !== null) this.client.signOut(tokens.refreshToken).catch(() => undefined);
      throw error;
    }
  }

  private async ask(
    { user, device }: SignInAttempt,
    { username, keys }: SentName,
    password: string,
  ): Promise<ProviderSignIn> {
    try {
      return await this.attempts.count({ keys, deviceOf: device?.userId ?? null }, () =>
        this.client.signIn(username, password),
      );
    } catch (error) {
      if (user && error instanceof RefusedByProvider) await this.refusals.keep(user, error.code);
      throw error;
    }
  }
}

function sentBy({ sent }: SignInAttempt): SentName {
  if (!sent) throw new NotAuthenticated({ cause: 'the external side was asked without a name to send' });
  return sent;
}
