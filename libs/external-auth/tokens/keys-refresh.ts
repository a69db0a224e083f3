import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import { ProviderKeys } from './provider-keys';

/**
 * Milliseconds. A withdrawn key is the answer to a theft, so it should not live on here for much longer than it takes to
 * notice one; six small answers an hour are nothing to a provider that caches them at its edge.
 */
const INTERVAL = 10 * 60_000;
/** Milliseconds after a fetch that failed. */
const INTERVAL_AFTER_FAILURE = 60_000;

/** Keeps the provider's keys fresh behind everybody's back, once anybody has needed them. */
@Injectable()
export class KeysRefresh implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(KeysRefresh.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly settings: SettingsService,
    private readonly keys: ProviderKeys,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.get('externalAuth', { infer: true })?.urls.jwks) this.plan(INTERVAL);
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** The next fetch is planned when this one has ended, so that they never overlap. */
  private async run(): Promise<void> {
    try {
      if (this.keys.needed) await this.keys.refresh();
      this.plan(INTERVAL);
    } catch (error) {
      this.logger.warn(
        { err: error instanceof ProblemError ? error.cause : error },
        'keys were not refreshed',
      );
      this.plan(INTERVAL_AFTER_FAILURE);
    }
  }

  private plan(delay: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.run(), delay);
    this.timer.unref();
  }
}
