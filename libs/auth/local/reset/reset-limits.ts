import { createHmac, hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import { foldName } from '@cutover/users';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseRateLimiter } from '../../rate-limits/database-rate-limiter';
import { RateLimited } from '../../rate-limits/rate-limited';

/** Seconds. The setting is in attempts a minute. */
const WINDOW = 60;

/**
 * Limits wrong codes by name. Asked only once a code was found wrong: whoever has the right one is never held up by
 * what others tried, so nobody can be locked out. Names that nobody has are counted alike.
 */
@Injectable()
export class ResetLimits {
  private readonly limiter: DatabaseRateLimiter | null;
  private readonly nameKey: Buffer;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    settings: SettingsService,
  ) {
    const { perAccount } = settings.get('rateLimits', { infer: true });
    this.limiter =
      perAccount === 0
        ? null
        : new DatabaseRateLimiter(database, {
            keyPrefix: 'reset-name',
            points: perAccount,
            duration: WINDOW,
          });
    const [secret = ''] = settings.get('secrets', { infer: true }).localJwtSecrets;
    this.nameKey = Buffer.from(hkdfSync('sha256', secret, '', 'cutover reset limit names', 32));
  }

  /** @throws RateLimited where too many codes were wrong of late, ServiceUnavailable */
  async countWrong(username: string): Promise<void> {
    // A password typed into the wrong field is not kept in clear.
    const name = createHmac('sha256', this.nameKey).update(foldName(username)).digest('base64url');
    try {
      await this.limiter?.consume(name);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.metrics.rateLimited.inc({ by: 'account' });
      throw new RateLimited(error.msBeforeNext);
    }
  }
}
