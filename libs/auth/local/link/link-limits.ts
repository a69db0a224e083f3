import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from '../../rate-limits/database-rate-limiter';

/** Wrong passwords with which people tried to link themselves to one account, in a day (seconds). */
const POINTS = 10;
const DAY = 86_400;

/**
 * How often an account may be claimed in vain: whoever is somebody over there needs ten days for a hundred guesses at
 * somebody else's password here. Always on, whatever the limits of the sign-in say.
 */
@Injectable()
export class LinkLimits {
  private readonly limiter: DatabaseRateLimiter;

  constructor(database: Database) {
    this.limiter = new DatabaseRateLimiter(database, { keyPrefix: 'link', points: POINTS, duration: DAY });
  }

  async areSpent(userId: number): Promise<boolean> {
    return ((await this.limiter.get(keyOf(userId)))?.consumedPoints ?? 0) >= POINTS;
  }

  /**
   * Takes a point before the password is looked at.
   *
   * @returns gives it back; `null` where none is left
   */
  async take(userId: number): Promise<(() => Promise<void>) | null> {
    try {
      await this.limiter.consume(keyOf(userId));
    } catch (error) {
      if (error instanceof RateLimiterRes) return null;
      throw error;
    }
    const takenAt = performance.now();
    return () => this.limiter.giveBack(keyOf(userId), performance.now() - takenAt);
  }
}

const keyOf = (userId: number) => `id.${userId}`;
