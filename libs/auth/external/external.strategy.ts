import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { SettingsService } from '@cutover/config';
import type { SignInRequest } from '@cutover/contracts';
import { ExternalAuthClient, type ProviderSignIn, RefusedByProvider } from '@cutover/external-auth';
import type { SignIn } from '@cutover/sessions';
import { Strategy } from 'passport-custom';
import { attemptOf, type SignInAttempt, type SignInHttpRequest } from '../sign-in/sign-in-attempt';
import { AccountLinking } from './account-linking';
import { RefusalRecord } from './refusal-record';
import { usernameToSend } from './username-to-send';

/** Has the external authentication API check a password, and finds the local account that its answer stands for. */
@Injectable()
export class ExternalStrategy extends PassportStrategy(Strategy, 'external') {
  constructor(
    private readonly client: ExternalAuthClient,
    private readonly linking: AccountLinking,
    private readonly refusals: RefusalRecord,
    private readonly settings: SettingsService,
  ) {
    super();
  }

  async validate(request: SignInHttpRequest): Promise<SignIn> {
    const attempt = attemptOf(request);
    const { password } = request.body as SignInRequest;
    const sentUsername = usernameToSend(attempt, this.settings.get('externalAuth', { infer: true }));
    const { tokens, identity } = await this.ask(attempt, sentUsername, password);
    try {
      const user = await this.linking.accountFor(identity, { ...attempt, sentUsername });
      return { user, authMode: 'external', tokens };
    } catch (error) {
      // Whoever is refused here leaves no grant behind over there; whether that worked changes nothing for them.
      if (tokens.refreshToken !== null) this.client.signOut(tokens.refreshToken).catch(() => undefined);
      throw error;
    }
  }

  private async ask({ user }: SignInAttempt, username: string, password: string): Promise<ProviderSignIn> {
    try {
      return await this.client.signIn(username, password);
    } catch (error) {
      if (user && error instanceof RefusedByProvider) await this.refusals.keep(user, error.code);
      throw error;
    }
  }
}
