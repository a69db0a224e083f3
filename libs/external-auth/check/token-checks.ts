import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import { decodeJwt } from 'jose';
import { unwrapped } from '../answer/fields';
import { readUserInfo } from '../answer/provider-user';
import type { TokenAnswer } from '../answer/token-answer';
import { ExternalMisconfigured, GrantInvalid } from '../errors';
import { ProviderApi } from '../provider-api';
import { requiredSettings } from '../required-settings';
import { IdentityReader, type VerifiedAnswer } from '../tokens/identity-reader';
import { describeFailure } from '../upstream-failure';
import { adviceFor } from './advice';
import { shapeOfUserInfo } from './answer-shape';
import { type Finding, StepFailed, type StepRecorder } from './step-recorder';

/** Whether the tokens hold, and who they say it is. */
@Injectable()
export class TokenChecks {
  constructor(
    private readonly settings: SettingsService,
    private readonly api: ProviderApi,
    private readonly identities: IdentityReader,
  ) {}

  async check(recorder: StepRecorder, answer: TokenAnswer, sentUsername: string): Promise<void> {
    const finding = await recorder.attempt('tokens', () => this.verified(answer, sentUsername));
    const told = finding !== null && this.identities.isTold(finding.verified, answer.user);
    await recorder.attempt('user_info', () => this.userInfo(answer.accessToken, told));
  }

  private async verified(
    answer: TokenAnswer,
    sentUsername: string,
  ): Promise<Finding & { verified: VerifiedAnswer }> {
    const { tokenValidation, bearer } = requiredSettings(this.settings, 'login');
    if (tokenValidation === 'introspect') await this.assertIntrospects(answer.accessToken);
    const verified = await this.identities.verify('login', answer).catch((error: unknown) => {
      throw withClaims(error, bearer === 'session' ? answer.idToken : answer.accessToken);
    });
    const identity = this.identities.identity(verified, answer.user);
    const sources = [
      tokenValidation === 'introspect' && 'the API calls the access token active, and a spoilt one not',
      verified.accessClaims && 'access token verified',
      verified.idClaims && 'ID token verified',
      identity ? `object id ${plain(identity.objectId)}` : 'who it is, is left to user info',
    ];
    const found = sources.filter((source) => typeof source === 'string').join('; ');
    const known = identity?.preferredUsername;
    const differs = known != null && !sameName(known, sentUsername);
    return {
      found,
      verified,
      advice: differs
        ? 'The API knows the account by another name than the one sent: people are linked by the typed name only where these agree (EXTERNAL_AUTH_USERNAME_DOMAIN).'
        : null,
    };
  }

  /** Both ways round: an endpoint that calls everything active proves nothing. */
  private async assertIntrospects(accessToken: string): Promise<void> {
    if (!(await this.isActive(accessToken)))
      throw new ExternalMisconfigured({ operation: 'validate', reason: 'access token is not active' });
    const half = Math.floor(accessToken.length / 2);
    const spoilt = [...accessToken.slice(0, half)].reverse().join('') + accessToken.slice(half);
    if (await this.isActive(spoilt))
      throw new StepFailed(
        'the API calls a token active that nobody issued',
        'EXTERNAL_AUTH_VALIDATE_ENDPOINT cannot be relied on: ask whoever runs the API.',
      );
  }

  private async isActive(bearer: string): Promise<boolean> {
    try {
      return unwrapped(await this.api.call('validate', { bearer }))['active'] === true;
    } catch (error) {
      if (error instanceof GrantInvalid) return false;
      throw error;
    }
  }

  private async userInfo(bearer: string, told: boolean): Promise<Finding> {
    try {
      const json = await this.api.call('userInfo', { bearer });
      const user = readUserInfo(json);
      const fields = shapeOfUserInfo(json);
      if (user?.objectId == null && user?.name == null)
        throw new StepFailed(
          'the answer says nothing of the person',
          'Check EXTERNAL_AUTH_USERINFO_ENDPOINT.',
        );
      return {
        found: told ? 'answered; sign-in does not need it here' : 'answered, and sign-in needs it',
        fields,
      };
    } catch (error) {
      const isOfApi = error instanceof ProblemError || error instanceof StepFailed;
      if (!told || !isOfApi) throw error;
      const why = error instanceof ExternalMisconfigured ? describeFailure(error.failure) : error.message;
      return {
        outcome: 'skipped',
        found: `not needed: the login answer says who it is (${why})`,
        advice: error instanceof ProblemError ? adviceFor(error) : error.advice,
      };
    }
  }
}

/** What the token says of itself, which is no secret and mostly the setting that is missing. */
function withClaims(error: unknown, token: string | null): unknown {
  if (!(error instanceof ExternalMisconfigured) || token === null) return error;
  const claims = claimsOf(token);
  if (claims === null) return error;
  const said = (['iss', 'aud', 'tid'] as const).map(
    (name) => `${name} ${plain(String(claims[name] ?? 'none'))}`,
  );
  return new StepFailed(
    `${describeFailure(error.failure)}; the token says ${said.join(', ')}`,
    adviceFor(error),
  );
}

function claimsOf(token: string) {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

const sameName = (known: string, sent: string) => {
  const [one, other] = [known.toLowerCase(), sent.toLowerCase()];
  return one === other || one.slice(0, one.lastIndexOf('@')) === other;
};

const plain = (text: string) => text.replace(/[^\w.:/@ ,-]/g, '').slice(0, 200);
