import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from './database-rate-limiter';
import { networkOf } from './network';
import { RateLimited } from './rate-limited';

/** Seconds. */
const WINDOW = 60;

/** Reports of trouble from one address in that time: an office that cannot sign in, and no flood of text. */
const TROUBLE_REPORTS = 10;

/** New passwords tried from one address in that time, whether the code was right or not. */
const RESETS = 10;

/** What one address may do so often, whoever is there. All off where `RATE_LIMIT_SIGN_IN_PER_ADDRESS` is 0. */
@Injectable()
export class AddressLimits {
  private readonly limiters: Record<'refresh' | 'trouble' | 'reset', DatabaseRateLimiter> | null;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    settings: SettingsService,
  ) {
    const { perAddress } = settings.get('rateLimits', { infer: true });
    const limiter = (keyPrefix: string, points: number) =>
      new DatabaseRateLimiter(database, { keyPrefix, points, duration: WINDOW });
    this.limiters =
      perAddress === 0
        ? null
        : {
            refresh: limiter('refresh', perAddress),
            trouble: limiter('trouble', TROUBLE_REPORTS),
            reset: limiter('reset', RESETS),
          };
  }

  /** @throws RateLimited where nothing is left, ServiceUnavailable */
  async take(what: 'refresh' | 'trouble' | 'reset', address: string | null): Promise<void> {
    try {
      await this.limiters?.[what].consume(networkOf(address));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.metrics.rateLimited.inc({ by: 'address' });
      throw new RateLimited(error.msBeforeNext);
    }
  }
}
