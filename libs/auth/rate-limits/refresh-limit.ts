import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { NotAuthenticated, ProblemError } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from './database-rate-limiter';
import { networkOf } from './network';
import { RateLimited } from './rate-limited';

/**
 * Limits refused refreshes by address. Only those are counted, and only they are answered 429: a refresh that
 * succeeds costs no statement here and is never held up by what others at its address do. One without a cookie tries
 * nothing, and every browser that opens the portal makes one.
 */
@Injectable()
export class RefreshLimit {
  private readonly limiter: DatabaseRateLimiter | null;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    settings: SettingsService,
  ) {
    const { perAddress } = settings.get('rateLimits', { infer: true });
    this.limiter =
      perAddress === 0
        ? null
        : new DatabaseRateLimiter(database, { keyPrefix: 'refresh', points: perAddress, duration: 60 });
  }

  /** @throws RateLimited instead of a 401 when too many came from this address, and whatever `refresh` throws */
  async count<T>(address: string | null, refresh: () => Promise<T>): Promise<T> {
    try {
      return await refresh();
    } catch (error) {
      if (isRefused(error)) await this.take(networkOf(address));
      throw error;
    }
  }

  private async take(network: string): Promise<void> {
    try {
      await this.limiter?.consume(network);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.metrics.rateLimited.inc({ by: 'address' });
      throw new RateLimited(error.msBeforeNext);
    }
  }
}

const isRefused = (error: unknown) =>
  error instanceof ProblemError && error.status === 401 && !(error instanceof NotAuthenticated);
