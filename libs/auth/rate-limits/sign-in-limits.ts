import { createHmac, hkdfSync } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import { foldName } from '@cutover/users';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { SignInAttempt } from '../sign-in/sign-in-attempt';
import { refusalCodeOf } from '../sign-in/refusal';
import { DatabaseRateLimiter } from './database-rate-limiter';
import { networkOf } from './network';
import { RateLimited } from './rate-limited';

/** Seconds. The settings are in attempts a minute. */
const WINDOW = 60;

/** Milliseconds between two purges by one process. */
const PURGE_INTERVAL = 60_000;

type LimitedBy = 'account' | 'address' | 'device';

/** One bucket that an attempt takes a point from; without a limiter that limit is off. */
interface Claim {
  by: LimitedBy;
  limiter: DatabaseRateLimiter | null;
  key: string;
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
  private readonly limiters: Record<LimitedBy, DatabaseRateLimiter | null>;
  private readonly nameKey: Buffer;
  private purgeAt = 0;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    settings: SettingsService,
  ) {
    const { perAccount, perAddress } = settings.get('rateLimits', { infer: true });
    const limiter = (keyPrefix: LimitedBy, points: number) =>
      points === 0 ? null : new DatabaseRateLimiter(database, { keyPrefix, points, duration: WINDOW });
    this.limiters = {
      account: limiter('account', perAccount),
      address: limiter('address', perAddress),
      device: limiter('device', perAccount),
    };
    const [secret = ''] = settings.get('secrets', { infer: true }).localJwtSecrets;
    this.nameKey = Buffer.from(hkdfSync('sha256', secret, '', 'cutover rate limit names', 32));
  }

  /**
   * Makes an attempt, unless too many failed of late.
   *
   * @throws RateLimited, alike for known and unknown names, and whatever `attempt` throws
   */
  async count<T>(about: SignInAttempt, attempt: () => Promise<T>): Promise<T> {
    const claims = this.claimsOf(about);
    await this.take(claims);
    const takenAt = performance.now(); // by now: the window that the points came out of had begun
    try {
      const result = await attempt();
      await this.giveBack(claims, takenAt);
      return result;
    } catch (error) {
      if (refusalCodeOf(error) === null) await this.giveBack(claims, takenAt);
      else await this.purge();
      throw error;
    }
  }

  private claimsOf({ username, user, address, device }: SignInAttempt): Claim[] {
    const claim = (by: LimitedBy, key: string): Claim => ({ by, key, limiter: this.limiters[by] });
    if (user && device !== null) return [claim('device', `${user.id}.${device}`)];
    return [
      claim('account', user ? `id.${user.id}` : `name.${this.hidden(username)}`),
      claim('address', networkOf(address)),
    ];
  }

  /** All of them or none. */
  private async take(claims: Claim[]): Promise<void> {
    const outcomes = await Promise.allSettled(claims.map(({ limiter, key }) => limiter?.consume(key)));
    const failed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [{ claim: claims[index], reason: outcome.reason as unknown }] : [],
    );
    if (failed.length === 0) return;
    await this.giveBack(
      claims.filter((_, index) => outcomes[index]?.status === 'fulfilled'),
      performance.now(),
    );
    let wait = 0;
    for (const { claim, reason } of failed) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      if (claim) this.metrics.rateLimited.inc({ by: claim.by });
      wait = Math.max(wait, reason.msBeforeNext);
    }
    throw new RateLimited(wait);
  }

  /** A point that could not be given back is lost to its owner for a minute at most: no reason to fail for. */
  private async giveBack(claims: Claim[], takenAt: number): Promise<void> {
    const takenAgo = performance.now() - takenAt;
    await Promise.all(claims.map(({ limiter, key }) => limiter?.giveBack(key, takenAgo))).catch(
      (error: unknown) => {
        this.logger.warn({ err: error }, 'a rate limit kept the point of an attempt that did not fail');
      },
    );
  }

  private async purge(now = Date.now()): Promise<void> {
    if (now < this.purgeAt) return;
    this.purgeAt = now + PURGE_INTERVAL;
    const limiter = Object.values(this.limiters).find((one) => one !== null);
    await limiter?.purge().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'expired rate limits were not removed; the next failure tries again');
    });
  }

  /** What nobody is called may be anything, a password typed into the wrong field too: it is not kept in clear. */
  private hidden(username: string): string {
    return createHmac('sha256', this.nameKey).update(foldName(username)).digest('base64url');
  }
}
