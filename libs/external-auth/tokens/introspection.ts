import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { unwrapped } from '../answer/fields';
import {
  ExternalMisconfigured,
  ExternalUnavailable,
  GrantInvalid,
  ProviderQueueFull,
  ThrottledByProvider,
} from '../errors';
import { ProviderApi } from '../provider-api';
import { requiredSettings } from '../required-settings';

type Issuing = 'login' | 'refresh';

/** Has the provider say whether an access token that it has just issued is good (RFC 7662 in spirit: `active`). */
@Injectable()
export class Introspection {
  private readonly logger = new Logger(Introspection.name);

  constructor(
    private readonly settings: SettingsService,
    private readonly api: ProviderApi,
  ) {}

  /**
   * With `EXTERNAL_AUTH_TOKEN_VALIDATION=jwks` it asks nobody.
   *
   * @throws ExternalMisconfigured where the provider disowns its own token: it is not to be used, and another try
   *   changes nothing
   * @throws ExternalUnavailable, ThrottledByProvider, ProviderQueueFull at a sign-in. At a refresh the old token is spent
   *   by now: a new one that nobody could be asked about is kept rather than lost.
   */
  async assertActive(operation: Issuing, accessToken: string): Promise<void> {
    if (requiredSettings(this.settings, operation).tokenValidation !== 'introspect') return;
    try {
      const { active } = unwrapped(await this.api.call('validate', { bearer: accessToken }));
      if (active !== true) throw new ExternalMisconfigured(disowned(operation));
    } catch (error) {
      if (error instanceof GrantInvalid) throw new ExternalMisconfigured(disowned(operation));
      if (operation === 'login' || !isPassing(error)) throw error;
      this.logger.warn(
        { failure: error.cause },
        'a refreshed token is used although nobody could be asked about it',
      );
    }
  }
}

const disowned = (operation: Issuing) => ({ operation, reason: 'access token is not active' });

const isPassing = (error: unknown): error is ExternalUnavailable | ThrottledByProvider | ProviderQueueFull =>
  error instanceof ExternalUnavailable ||
  error instanceof ThrottledByProvider ||
  error instanceof ProviderQueueFull;
