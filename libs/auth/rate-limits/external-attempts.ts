import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { RefusedByProvider } from '@cutover/external-auth';
import { Metrics } from '@cutover/operations';
import { FailureBudget } from './failure-budget';
import { giveAllBack, takeAll, type Taken } from './limiter-claims';

/** Seconds. */
const HOUR = 3600;

/** Whose budget an attempt takes from. */
export interface CountedAttempt {
  /** HMACs of the account's names (AccountNames). */
  keys: readonly string[];
  /** Whose known device it comes from; `null` for anybody's. */
  deviceOf: number | null;
}

/**
 * Keeps failures below the lockout of the external side: every call that has it check a password goes through here.
 * Strangers share one budget for an account; the devices that its owner has signed in with share another, which no
 * stranger can spend.
 */
@Injectable()
export class ExternalAttempts {
  private readonly logger = new Logger(ExternalAttempts.name);
  private readonly budget: FailureBudget | null;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    settings: SettingsService,
  ) {
    const { perAccountHour } = settings.get('rateLimits', { infer: true });
    this.budget =
      perAccountHour === 0
        ? null
        : new FailureBudget(database, { keyPrefix: 'hour', failures: perAccountHour, duration: HOUR });
  }

  /**
   * Asks, unless too many were refused over there in the last hour. An outage counts for nobody: what it swallowed the
   * circuit bounds.
   *
   * @throws RateLimited, ServiceUnavailable, and whatever `ask` throws
   */
  async count<T>({ keys, deviceOf }: CountedAttempt, ask: () => Promise<T>): Promise<T> {
    const { budget } = this;
    if (!budget) return ask();
    const taken: Taken[] = [];
    const buckets = deviceOf === null ? keys : [`devices.${deviceOf}`];
    try {
      await takeAll(
        buckets.map((key) => budget.claim('account_hour', key)),
        taken,
        this.metrics,
      );
      const result = await ask();
      await this.giveBack(taken);
      return result;
    } catch (error) {
      if (!(error instanceof RefusedByProvider)) await this.giveBack(taken);
      throw error;
    }
  }

  private async giveBack(taken: Taken[]): Promise<void> {
    await giveAllBack(taken).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the hourly budget kept the point of an attempt that was not refused');
    });
  }
}
