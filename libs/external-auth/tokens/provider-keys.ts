import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import { Metrics } from '@cutover/operations';
import { errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { jsonObject } from '../answer/json-object';
import { ExternalMisconfigured, ExternalUnavailable, ThrottledByProvider } from '../errors';
import { requiredSettings } from '../required-settings';
import { ProviderResilience } from '../resilience/provider-resilience';
import { ProviderHttp } from '../transport/provider-http';
import { KeySet } from './key-set';

/** Milliseconds in which tokens that anyone can send cause one fetch at most, however many unknown keys they name. */
export const STRANGERS_COOLDOWN = 5 * 60_000;

/** Milliseconds for which keys are believed while no newer ones can be had; after that nothing is verified. */
export const LONGEST_TRUST = 24 * 3_600_000;

/** Key ids that are remembered as not listed: sessions hold tokens of a handful of keys. */
const REMEMBERED_ABSENT = 100;

export interface KeysState {
  /** Whether anybody has needed keys yet. */
  needed: boolean;
  /** Milliseconds since they were last fetched; `null`: never. */
  age: number | null;
  /** Whether tokens are verified by them: there are some, and not too old. */
  trusted: boolean;
}

/**
 * The provider's public keys, fetched when first needed by the same transport as every other call (no redirects, a cap
 * on the size, verified TLS). What a successful fetch no longer lists is no key any more. Who may have them fetched
 * again depends on where a token came from, so that no flood of made-up key ids reaches the provider, and a rotation
 * fails nobody.
 */
@Injectable()
export class ProviderKeys {
  private readonly logger = new Logger('ExternalAuth');
  /** Whether anybody has needed keys yet. */
  needed = false;
  private latest: KeySet | null = null;
  private fetching: Promise<KeySet> | null = null;
  private strangersAskedAt = -Infinity;
  /** When a fetch that was made for this key id did not bring it. */
  private readonly absentSince = new Map<string, number>();

  constructor(
    private readonly settings: SettingsService,
    private readonly http: ProviderHttp,
    private readonly resilience: ProviderResilience,
    metrics: Metrics,
  ) {
    metrics.jwksAge.readFrom(() => {
      const { age } = this.state();
      return age === null ? null : age / 1000;
    });
  }

  state(): KeysState {
    const age = this.latest && Date.now() - this.latest.fetchedAt;
    return { needed: this.needed, age, trusted: this.trusted() !== null };
  }

  /** Whether a key that verified something is still one: a verification is worth no more than its key. */
  lists(thumbprint: string): boolean {
    return this.trusted()?.lists(thumbprint) ?? false;
  }

  /**
   * The key of a token that anyone may have made up: fetched for at most once in {@link STRANGERS_COOLDOWN}. Fails as
   * {@link refresh} does, or as jose does when there is no such key.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = this.trusted();
    const key = await known?.find(header, token);
    if (key) return key;
    const now = Date.now();
    if (this.fetching === null && now - this.strangersAskedAt < STRANGERS_COOLDOWN) {
      if (known) throw new errors.JWKSNoMatchingKey();
      throw new ExternalUnavailable({ operation: 'jwks', reason: 'keys could not be fetched a moment ago' });
    }
    if (this.fetching === null) this.strangersAskedAt = now;
    return orNoSuchKey(await (await this.refresh()).find(header, token));
  };

  /** The key of a token that the provider itself has just sent: an unknown one was rotated in, and is fetched at once. */
  readonly findIssued: JWTVerifyGetKey = async (header, token) => {
    const key = await this.trusted()?.find(header, token);
    if (key) return key;
    // A fetch that is under way may have been answered before the rotation: then one more.
    const underWay = this.fetching;
    const found = underWay && (await (await underWay).find(header, token));
    return found ?? orNoSuchKey(await (await this.refresh()).find(header, token));
  };

  /**
   * The key of a token that a live session holds. It was verified when it came, so an unknown key was rotated in and
   * fetched by another process, or has been withdrawn; whoever holds a token of a withdrawn key has it looked for once
   * in {@link STRANGERS_COOLDOWN}.
   */
  readonly findHeld: JWTVerifyGetKey = async (header, token) => {
    const kid = header.kid ?? '';
    const absentFor = Date.now() - (this.absentSince.get(kid) ?? -Infinity);
    if (absentFor < STRANGERS_COOLDOWN)
      return orNoSuchKey((await this.trusted()?.find(header, token)) ?? null);
    try {
      return await this.findIssued(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) this.rememberAbsent(kid);
      throw error;
    }
  };

  /**
   * Fetches the keys, one fetch at a time for all who ask. Where it fails, the last good ones stay.
   *
   * @throws ExternalUnavailable, ExternalMisconfigured
   */
  refresh(): Promise<KeySet> {
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private trusted(): KeySet | null {
    return this.latest && Date.now() - this.latest.fetchedAt < LONGEST_TRUST ? this.latest : null;
  }

  private rememberAbsent(kid: string): void {
    if (this.absentSince.size >= REMEMBERED_ABSENT) this.absentSince.clear();
    this.absentSince.set(kid, Date.now());
  }

  private async fetch(): Promise<KeySet> {
    this.needed = true;
    const start = performance.now();
    const about = (outcome: string) => ({
      event: 'external_call',
      operation: 'jwks',
      outcome,
      duration: Math.round(performance.now() - start),
    });
    try {
      const jwks = await this.resilience.call('jwks', (signal) => this.attempt(signal));
      this.latest = await KeySet.of(jwks, Date.now());
      this.logger.log(about('success'), 'external call answered');
      return this.latest;
    } catch (error) {
      this.logger.warn(
        about(error instanceof ProblemError ? error.code : 'external_misconfigured'),
        'external call failed',
      );
      if (error instanceof errors.JOSEError)
        throw new ExternalMisconfigured({
          operation: 'jwks',
          reason: 'keys cannot be used',
          code: error.code,
        });
      // Whoever presents a bearer asked for no keys, and is not the one to slow down.
      if (error instanceof ThrottledByProvider)
        throw new ExternalUnavailable(error.failure, error.retryAfter);
      throw error;
    }
  }

  private async attempt(signal: AbortSignal): Promise<JSONWebKeySet> {
    const operation = 'jwks';
    const url = requiredSettings(this.settings, operation).urls.jwks;
    if (url === null) throw new ExternalMisconfigured({ operation, reason: 'no address is set' });
    const answer = await this.http.send({ operation, method: 'GET', url, signal });
    const failure = { operation, reason: `http ${answer.status}`, httpStatus: answer.status } as const;
    if (answer.status === 429) throw new ThrottledByProvider(failure, answer.retryAfter);
    if (answer.status >= 500) throw new ExternalUnavailable(failure, answer.retryAfter);
    if (answer.status !== 200) throw new ExternalMisconfigured(failure);
    const json = jsonObject(answer);
    if (!Array.isArray(json?.['keys'])) throw new ExternalMisconfigured({ ...failure, reason: 'no JWK Set' });
    return { keys: json['keys'] };
  }
}

function orNoSuchKey<T>(key: T | null): T {
  if (key === null) throw new errors.JWKSNoMatchingKey();
  return key;
}
