import type { Database } from '@cutover/database';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from './database-rate-limiter';
import type { Claim, LimitedBy } from './limiter-claims';

/** Looks for a place that is free, while others take places too. */
const ROUNDS = 5;

export interface Budget {
  /** Names its rows, together with the key. */
  keyPrefix: string;
  failures: number;
  /** Seconds. */
  duration: number;
}

/**
 * At most so many failures in *any* stretch of `duration`. A window that begins anew would let through twice as many
 * around its end, which a lockout over there counts together. So each failure holds a place of its own for that long,
 * and whoever finds none is refused. Of any number of parallel attempts no more get one than there are places.
 */
export class FailureBudget {
  private readonly places: DatabaseRateLimiter;

  constructor(
    database: Database,
    private readonly budget: Budget,
  ) {
    const { keyPrefix, duration } = budget;
    this.places = new DatabaseRateLimiter(database, { keyPrefix, points: 1, duration });
  }

  /** For one attempt; it can be taken once. */
  claim(by: LimitedBy, key: string): Claim {
    let place = '';
    return {
      by,
      take: async () => {
        place = await this.takeOne(key);
      },
      giveBack: (takenAgo) => this.places.forget(place, takenAgo),
    };
  }

  /** @throws RateLimiterRes where all places are taken */
  private async takeOne(key: string): Promise<string> {
    const any = placesOf(key, this.budget.failures);
    const first = any[Math.floor(Math.random() * any.length)] ?? '';
    if (await this.isTaken(first)) return first; // most people have failed at nothing of late: one statement
    let wait = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const remaining = await this.places.remaining(`${key}.`);
      for (const place of any.filter((one) => !remaining.has(one)))
        if (await this.isTaken(place)) return place;
      wait = Math.min(...remaining.values(), this.budget.duration * 1000);
      if (remaining.size >= any.length) break;
    }
    throw new RateLimiterRes(0, wait, any.length, false);
  }

  /** By us, now. */
  private async isTaken(place: string): Promise<boolean> {
    try {
      await this.places.consume(place);
      return true;
    } catch (error) {
      if (error instanceof RateLimiterRes) return false;
      throw error;
    }
  }
}

const placesOf = (key: string, count: number) =>
  Array.from({ length: count }, (_, place) => `${key}.${place}`);
