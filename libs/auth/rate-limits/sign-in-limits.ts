import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import type { SignInAttempt } from '../sign-in/sign-in-attempt';
import { refusalCodeOf } from '../sign-in/refusal';
import { AccountNames } from './account-names';
import { AddressLimit } from './address-limits';
import { DatabaseRateLimiter } from './database-rate-limiter';
import { type Claim, claimOn, giveAllBack, takeAll, type Taken } from './limiter-claims';

/** Seconds. The settings are in attempts a minute. */
const WINDOW = 60;

/** Milliseconds between two purges by one process. */
const PURGE_INTERVAL = 60_000;

/** The points of one attempt: each is taken before what it pays for. */
export interface AttemptPoints {
  /** Before anything is looked up or hashed: what is limited costs nothing. @throws RateLimited */
  ofAddress(address: string | null): Promise<void>;
  /** Before a password is looked at; a known device needs none of the address. @throws RateLimited */
  ofAccount(attempt: SignInAttempt): Promise<void>;
  /** For an attempt that is none of these limits'. */
  giveBack(): Promise<void>;
}

/**
 * Stops the guessing of passwords before it costs a hash or reaches the external side. What counts are failures: each
 * attempt takes its points before it is made, so that a burst of parallel ones is held as well, and gets them back
 * unless it was a refusal of the person.
 *
 * A device that this person has signed in with has a bucket of its own (OWASP, "Device Cookies"): a flood against the
 * account, or from an address that is shared, does not lock its owner out.
 */
@Injectable()
export class SignInLimits {
  private readonly logger = new Logger(SignInLimits.name);
  private readonly limiters: Record<'account' | 'device', DatabaseRateLimiter | null>;
  private readonly addresses: AddressLimit | null;
  private readonly purger: DatabaseRateLimiter;
  private purgeAt = 0;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    private readonly names: AccountNames,
    settings: SettingsService,
  ) {
    const { perAccount, perAddress } = settings.get('rateLimits', { infer: true });
    const limiter = (keyPrefix: string, points: number) =>
      points === 0 ? null : new DatabaseRateLimiter(database, { keyPrefix, points, duration: WINDOW });
    this.purger = new DatabaseRateLimiter(database, { keyPrefix: 'any', points: 1, duration: WINDOW });
    this.limiters = {
      account: limiter('account', perAccount),
      device: limiter('device', perAccount),
    };
    this.addresses = perAddress === 0 ? null : new AddressLimit(database, 'address', perAddress);
  }

  /**
   * Makes an attempt, which takes its points as it goes.
   *
   * @throws RateLimited, alike for known and unknown names, and whatever `attempt` throws
   */
  async count<T>(attempt: (points: AttemptPoints) => Promise<T>): Promise<T> {
    const taken: Taken[] = [];
    try {
      const result = await attempt(this.pointsInto(taken));
      await this.giveBack(taken);
      return result;
    } catch (error) {
      if (refusalCodeOf(error) === null) await this.giveBack(taken);
      else await this.purge();
      throw error;
    }
  }

  private pointsInto(taken: Taken[]): AttemptPoints {
    const take = (claims: Claim[]) => takeAll(claims, taken, this.metrics);
    let isAddressCounted = false;
    return {
      ofAddress: async (address) => {
        isAddressCounted = true;
        await take(this.ofAddress(address));
      },
      ofAccount: async (attempt) => {
        const isCounted = isAddressCounted || attempt.device !== null;
        await take([...this.ofAccount(attempt), ...(isCounted ? [] : this.ofAddress(attempt.address))]);
      },
      giveBack: () => this.giveBack(taken),
    };
  }

  private ofAddress(address: string | null): Claim[] {
    return this.addresses?.claims(address) ?? [];
  }

  private ofAccount({ username, user, device, sent }: SignInAttempt): Claim[] {
    if (device !== null) return this.claims('device', [`${device.userId}.${device.id}`]);
    if (sent) return this.claims('account', sent.keys);
    return this.claims('account', [user ? `id.${user.id}` : `name.${this.names.local(username)}`]);
  }

  private claims(by: keyof typeof this.limiters, keys: readonly string[]): Claim[] {
    const limiter = this.limiters[by];
    return limiter ? keys.map((key) => claimOn(by, limiter, key)) : [];
  }

  /** A point that could not be given back is lost to its owner for a minute at most: no reason to fail for. */
  private async giveBack(taken: Taken[]): Promise<void> {
    await giveAllBack(taken).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'a rate limit kept the point of an attempt that did not fail');
    });
  }

  private async purge(now = Date.now()): Promise<void> {
    if (now < this.purgeAt) return;
    this.purgeAt = now + PURGE_INTERVAL;
    await this.purger.purge().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'expired rate limits were not removed; the next failure tries again');
    });
  }
}
