import { Injectable } from '@nestjs/common';
import { SettingsService, type ExternalAuthSettings } from '@cutover/config';
import { fieldOf, textOf, unwrapped } from '../answer/fields';
import type { JsonObject } from '../answer/json-object';
import { readTokenAnswer, type TokenAnswer } from '../answer/token-answer';
import { ExternalAuthClient } from '../external-auth.client';
import { ProviderApi } from '../provider-api';
import { addressOf, requiredSettings } from '../required-settings';
import { ProviderKeys } from '../tokens/provider-keys';
import { ProviderHttp } from '../transport/provider-http';
import { withDomain } from '../username-domain';
import { REFUSAL_CODES } from '../errors';
import { shapeOfTokenAnswer } from './answer-shape';
import type { CheckStep, StepName } from './check-step';
import { connectionStep } from './connection-step';
import { GrantChecks } from './grant-checks';
import { type Finding, StepFailed, StepRecorder } from './step-recorder';
import { TokenChecks } from './token-checks';

export interface TestAccount {
  username: string;
  password: string;
}

export interface CheckReport {
  /** Origin of the API. */
  api: string;
  /** The name as it was sent. */
  username: string;
  /** `refused`: all is well but that the API does not let this account in. */
  outcome: 'ok' | 'failed' | 'refused';
  steps: CheckStep[];
}

const AFTER_SIGN_IN: StepName[] = ['shape', 'tokens', 'user_info', 'refresh', 'logout'];

/**
 * Proves a deployment of the external API before anybody is moved to it (design section 6): with the very client that
 * sign-in uses, one step after the other. It signs in for real, and out again.
 */
@Injectable()
export class ApiCheck {
  constructor(
    private readonly settings: SettingsService,
    private readonly api: ProviderApi,
    private readonly http: ProviderHttp,
    private readonly keys: ProviderKeys,
    private readonly tokens: TokenChecks,
    private readonly grants: GrantChecks,
    private readonly client: ExternalAuthClient,
  ) {}

  /** Never fails for what the API does: that is what the report is about. @throws ExternalMisconfigured where no API is set */
  async run({ username: typed, password }: TestAccount): Promise<CheckReport> {
    const settings = requiredSettings(this.settings, 'login');
    const username = withDomain(typed, settings.usernameDomain);
    const recorder = new StepRecorder();
    recorder.hide(password, settings.clientSecret);

    if (await this.isThere(recorder, settings)) {
      const json = await this.signIn(recorder, { username, password });
      if (json) await this.useAnswer(recorder, json, username);
      else for (const step of AFTER_SIGN_IN) recorder.skip(step, 'needs the sign-in');
    } else {
      for (const step of ['sign_in', ...AFTER_SIGN_IN] as StepName[])
        recorder.skip(step, 'the API was not reached, and no password is sent');
    }
    return {
      api: new URL(settings.urls.login).origin,
      username,
      outcome: outcomeOf(recorder.steps),
      steps: recorder.steps,
    };
  }

  /** Whether the API itself answers over a connection that can be trusted. */
  private async isThere(recorder: StepRecorder, settings: ExternalAuthSettings): Promise<boolean> {
    const { urls, timeout } = settings;
    const own = new URL(urls.login).origin;
    const others = [urls.jwks, addressOf(settings, 'refresh')].flatMap((url) =>
      url === null ? [] : [new URL(url).origin],
    );
    let trusted = false;
    for (const origin of new Set([own, ...others])) {
      const found = await recorder.attempt('connection', () => connectionStep(origin, timeout));
      if (origin === own) trusted = found !== null;
    }
    if (!trusted) {
      recorder.skip('reachable', 'there is no connection that can be trusted');
    } else if (!(await recorder.attempt('reachable', () => this.answersAnonymous(settings)))) {
      trusted = false;
    }
    if (urls.jwks === null)
      recorder.skip('keys', 'EXTERNAL_AUTH_JWKS_URL is not set: tokens are checked by asking the API');
    else
      await recorder.attempt('keys', async () => {
        await this.keys.refresh();
        return { found: 'fetched, and a JWK Set that can be used' };
      });
    return trusted;
  }

  /** The same question as the background probe's. */
  private async answersAnonymous({ urls, tokenValidation }: ExternalAuthSettings): Promise<Finding> {
    const { status, mediaType } = await this.http.send({
      operation: 'validate',
      method: 'GET',
      url: urls.validate,
    });
    const found = `http ${status} without a credential`;
    if (status >= 500) throw new StepFailed(found, 'The API has a fault of its own: ask whoever runs it.');
    if (status >= 400) return { found };
    if (tokenValidation === 'introspect')
      throw new StepFailed(
        found,
        'EXTERNAL_AUTH_VALIDATE_ENDPOINT must answer 401 there: it would take any token for good.',
      );
    return {
      found,
      advice:
        mediaType === 'text/html' ? 'A page answers at EXTERNAL_AUTH_VALIDATE_ENDPOINT, and no API.' : null,
    };
  }

  private async signIn(recorder: StepRecorder, account: TestAccount): Promise<JsonObject | null> {
    const finding = await recorder.attempt('sign_in', async () => {
      const json = await this.api.call('login', { body: { ...account } });
      const answer = unwrapped(json);
      recorder.hide(textOf(answer, 'accessToken'), textOf(answer, 'idToken'), textOf(answer, 'refreshToken'));
      return { found: 'the API let the account in', json };
    });
    return finding?.json ?? null;
  }

  private async useAnswer(recorder: StepRecorder, json: JsonObject, username: string): Promise<void> {
    const shape = await recorder.attempt('shape', async () => shapeFinding(json));
    if (shape) {
      await this.tokens.check(recorder, shape.answer, username);
      await this.grants.check(recorder, shape.answer.refreshToken);
      return;
    }
    for (const step of AFTER_SIGN_IN.slice(1)) recorder.skip(step, 'needs an answer that is understood');
    // Nothing else is known of the grant, but it should not be left open.
    const refreshToken = textOf(unwrapped(json), 'refreshToken');
    if (refreshToken !== null) await this.client.signOut(refreshToken).catch(() => undefined);
  }
}

function shapeFinding(json: JsonObject): Finding & { answer: TokenAnswer } {
  const { naming, nesting, fields, unread } = shapeOfTokenAnswer(json);
  const lifetime = fieldOf(unwrapped(json), 'expiresIn');
  const found = [
    `${naming}, ${nesting === 'data' ? 'inside "data"' : 'flat'}`,
    `lifetime ${lifetime === undefined ? 'not stated' : `stated as a ${typeof lifetime}`}`,
    ...(unread.length > 0 ? [`not read: ${unread.slice(0, 10).join(', ')}`] : []),
  ].join('; ');
  try {
    return { found, fields, answer: readTokenAnswer(json) };
  } catch (error) {
    const names = fields.flatMap(({ from }) => (from === null ? [] : [from]));
    throw new StepFailed(
      `${(error as Error).message} (${found}; understood: ${names.join(', ') || 'nothing'})`,
      'The answer is not what the contract says: compare it with the API’s documentation.',
    );
  }
}

function outcomeOf(steps: CheckStep[]): CheckReport['outcome'] {
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return 'ok';
  const isRefusal = ({ step, code }: CheckStep) =>
    step === 'sign_in' && REFUSAL_CODES.some((refusal) => refusal === code);
  return failed.every(isRefusal) ? 'refused' : 'failed';
}
