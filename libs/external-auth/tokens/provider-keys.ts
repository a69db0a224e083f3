import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { jsonObject } from '../answer/json-object';
import { ExternalMisconfigured, ExternalUnavailable, ThrottledByProvider } from '../errors';
import { requiredSettings } from '../required-settings';
import { ProviderResilience } from '../resilience/provider-resilience';
import { ProviderHttp } from '../transport/provider-http';

/** Milliseconds in which bearers that name unknown keys, which anyone can send, cause one fetch at most. */
const COOLDOWN = 5000;

/**
 * The provider's public keys: fetched when first needed, again when a token names an unknown one, through the same
 * transport as every other call (no redirects, a cap on the size, verified TLS).
 */
@Injectable()
export class ProviderKeys {
  private remote: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(
    private readonly settings: SettingsService,
    private readonly http: ProviderHttp,
    private readonly resilience: ProviderResilience,
  ) {}

  /** The key that a bearer's header names. Fails as {@link fetch} does, or as jose does when there is no such key. */
  readonly find: JWTVerifyGetKey = (header, token) => this.keys()(header, token);

  /** The same for a token that the provider itself has just sent: an unknown key was rotated in, and is fetched. */
  readonly findIssued: JWTVerifyGetKey = async (header, token) => {
    const keys = this.keys();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await keys.reload();
      return keys(header, token);
    }
  };

  private keys() {
    return (this.remote ??= this.create());
  }

  private create() {
    const { urls, timeout } = requiredSettings(this.settings, 'jwks');
    if (urls.jwks === null)
      throw new ExternalMisconfigured({ operation: 'jwks', reason: 'no address is set' });
    return createRemoteJWKSet(new URL(urls.jwks), {
      cooldownDuration: COOLDOWN,
      timeoutDuration: timeout,
      [customFetch]: (url) => this.fetch(url),
    });
  }

  /** @throws ExternalUnavailable, ExternalMisconfigured */
  private async fetch(url: string): Promise<Response> {
    try {
      return await this.resilience.call('jwks', (signal) => this.attempt(url, signal));
    } catch (error) {
      // Whoever presents a bearer asked for no keys, and is not the one to slow down.
      if (error instanceof ThrottledByProvider)
        throw new ExternalUnavailable(error.failure, error.retryAfter);
      throw error;
    }
  }

  private async attempt(url: string, signal: AbortSignal): Promise<Response> {
    const operation = 'jwks';
    const answer = await this.http.send({ operation, method: 'GET', url, signal });
    const failure = { operation, reason: `http ${answer.status}`, httpStatus: answer.status } as const;
    if (answer.status === 429) throw new ThrottledByProvider(failure, answer.retryAfter);
    if (answer.status >= 500) throw new ExternalUnavailable(failure, answer.retryAfter);
    if (answer.status !== 200) throw new ExternalMisconfigured(failure);
    const json = jsonObject(answer);
    if (!Array.isArray(json?.['keys'])) throw new ExternalMisconfigured({ ...failure, reason: 'no JWK Set' });
    return Response.json(json);
  }
}
