import { Injectable, Optional } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { NotAuthenticated, type SignInRequest } from '@cutover/contracts';
import {
  ExternalAuthClient,
  type ProviderSignIn,
  type ProviderTokens,
  RefusedByProvider,
} from '@cutover/external-auth';
import type { SignIn } from '@cutover/sessions';
import { checkedCredential } from '@cutover/users';
import { Strategy } from 'passport-custom';
import { ExternalAttempts } from '../rate-limits/external-attempts';
import type { LinkRequired } from '../sign-in/link-required';
import { LocalSide } from '../sign-in/local-side';
import { NoLocalSide } from '../sign-in/no-local-side';
import {
  attemptOf,
  type SentName,
  type SignInAttempt,
  type SignInHttpRequest,
} from '../sign-in/sign-in-attempt';
import { AccountLinking } from './account-linking';
import type { Meeting } from './link-objection';
import { ProofMissing } from './proof-missing';
import { RefusalRecord } from './refusal-record';

/** Has the external authentication API check a password, and finds the local account that its answer stands for. */
@Injectable()
export class ExternalStrategy extends PassportStrategy(Strategy, 'external') {
  private readonly local: LocalSide;

  constructor(
    private readonly client: ExternalAuthClient,
    private readonly linking: AccountLinking,
    private readonly refusals: RefusalRecord,
    private readonly attempts: ExternalAttempts,
    none: NoLocalSide,
    @Optional() found?: LocalSide,
  ) {
    super();
    this.local = found ?? none;
  }

  async validate(request: SignInHttpRequest): Promise<SignIn> {
    const attempt = attemptOf(request);
    const { password } = request.body as SignInRequest;
    const sent = sentBy(attempt);
    const { tokens, identity } = await this.ask(attempt, sent, password);
    const meeting = { identity, typed: { username: attempt.username, sentUsername: sent.username } };
    try {
      const user = await this.linking.accountFor(identity, { ...attempt, ...meeting.typed });
      const credential = checkedCredential('link', identity.objectId);
      return { user, authMode: 'external', credential, tokens };
    } catch (error) {
      return this.refuse(error, meeting, tokens);
    }
  }

  /** Nobody who is refused here leaves a grant behind over there, unless they are asked for proof and it waits. */
  private async refuse(error: unknown, meeting: Meeting, tokens: ProviderTokens): Promise<never> {
    let question: LinkRequired | null = null;
    try {
      if (error instanceof ProofMissing) question = await this.local.askForProof(error.user, meeting, tokens);
    } finally {
      if (!question && tokens.refreshToken !== null)
        this.client.signOut(tokens.refreshToken).catch(() => undefined); // whether that worked changes nothing for them
    }
    throw question ?? error;
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
