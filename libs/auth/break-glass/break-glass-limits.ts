import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from '../rate-limits/database-rate-limiter';
import { networkOf } from '../rate-limits/network';
import { RateLimited } from '../rate-limits/rate-limited';
import type { SignInAttempt } from '../sign-in/sign-in-attempt';
import { refusalCodeOf } from '../sign-in/refusal';

/** Failures from one place in a window, whatever `RATE_LIMIT_SIGN_IN_*` say. */
const FAILURES = 5;
/** Seconds. */
const WINDOW = 60;
/** Milliseconds between two purges by one process. */
const PURGE_INTERVAL = 60_000;

/**
 * Limits failures at a break-glass account by where they come from, never by the account: a bucket that all share is
 * one that anybody can exhaust, and with it lock the owner out.
 *
 * - A browser that signed in with this account within 90 days (device cookie) has a bucket and a hashing thread of its own:
 *   no flood of any size, from the owner's own network either, holds it up. The weekly drill keeps it known.
 * - Everybody else has one for their network (an IPv4 address, a /64 of IPv6): a flood from other networks takes nothing
 *   of it. What strangers share is one hashing thread with eight places; while it is full the answer is
 *   `service_busy`, which takes no point, and trying again is what helps.
 *
 * Guessing: a network gets 5 tries a minute, and whoever commands very many gets what one thread hashes, some 50 a
 * second in each process, 1.6e9 (2^31) a year. Ten processes work a year through 2^34 passwords; 15 random letters
 * and digits are 2^89, five words of a list of 7,776 are 2^64. So it would take 2^29 years at the very least to reach half
 * of the weaker of the two, and each failure on the way is on record and in the log.
 */
@Injectable()
export class BreakGlassLimits {
  private readonly logger = new Logger(BreakGlassLimits.name);
  private readonly limiter: DatabaseRateLimiter;
  private purgeAt = 0;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
  ) {
    this.limiter = new DatabaseRateLimiter(database, {
      keyPrefix: 'break-glass',
      points: FAILURES,
      duration: WINDOW,
    });
  }

  /** @throws RateLimited, ServiceUnavailable, and whatever `check` throws */
  async count<T>(attempt: SignInAttempt, check: () => Promise<T>): Promise<T> {
    const place = placeOf(attempt);
    await this.take(place);
    const takenAt = performance.now();
    try {
      const result = await check();
      await this.giveBack(place, takenAt);
      return result;
    } catch (error) {
      if (refusalCodeOf(error) === null) await this.giveBack(place, takenAt);
      else await this.purge();
      throw error;
    }
  }

  private async take(place: string): Promise<void> {
    try {
      await this.limiter.consume(place);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.metrics.rateLimited.inc({ by: 'break_glass' });
      throw new RateLimited(error.msBeforeNext);
    }
  }

  /** Nobody is refused for a point that could not be given back; it is gone with its window. */
  private async giveBack(place: string, takenAt: number): Promise<void> {
    await this.limiter.giveBack(place, performance.now() - takenAt).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'a rate limit kept the point of an attempt that did not fail');
    });
  }

  private async purge(now = Date.now()): Promise<void> {
    if (now < this.purgeAt) return;
    this.purgeAt = now + PURGE_INTERVAL;
    await this.limiter.purge().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'expired rate limits were not removed; a later failure tries again');
    });
  }
}

const placeOf = ({ user, device, address }: SignInAttempt) =>
  device === null ? `${user?.id}.network.${networkOf(address)}` : `${user?.id}.device.${device.id}`;
