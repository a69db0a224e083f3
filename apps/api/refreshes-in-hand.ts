import { Injectable, Logger } from '@nestjs/common';
import { TokenRefreshJob, TokenRefresher } from '@cutover/sessions';

/** Refreshes that the end of the process would cut off: waited for, and named where waiting did not help. */
@Injectable()
export class RefreshesInHand {
  private readonly logger = new Logger('shutdown');
  /** Whether the process ended with everything stored. */
  stored = true;

  constructor(
    private readonly refresher: TokenRefresher,
    private readonly job: TokenRefreshJob,
  ) {}

  /** @param limit milliseconds */
  async finish(limit: number): Promise<void> {
    const [sessionIds] = await Promise.all([this.refresher.finish(limit), this.job.finish(limit)]);
    if (sessionIds.length === 0) return;
    this.stored = false;
    this.logger.error(
      { sessionIds },
      `${sessionIds.length} sessions lost: the process ended before their new tokens were stored`,
    );
  }
}
