import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from '../../rate-limits/database-rate-limiter';

/** `SHADOW_RATE`: counted in the database and by its clock, for all processes together. */
@Injectable()
export class ShadowPace {
  private readonly limiter: DatabaseRateLimiter;

  constructor(database: Database, settings: SettingsService) {
    const points = settings.get('shadowRate', { infer: true });
    this.limiter = new DatabaseRateLimiter(database, { keyPrefix: 'shadow', points, duration: 1 });
  }

  /** Takes a turn. @returns 0, or the milliseconds after which to ask again. @throws ServiceUnavailable */
  async take(): Promise<number> {
    try {
      await this.limiter.consume('all');
      return 0;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(error.msBeforeNext, 1);
      throw error;
    }
  }
}
