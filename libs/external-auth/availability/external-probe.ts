import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SettingsService, type ExternalAuthSettings } from '@cutover/config';
import { ExternalUnavailable } from '../errors';
import { ProviderCircuits } from '../resilience/provider-circuits';
import { ProviderHttp } from '../transport/provider-http';
import { ExternalAvailability } from './external-availability';

/**
 * Looks every `EXTERNAL_AUTH_PROBE_INTERVAL` whether the API answers; one look at a time. It goes through the circuit,
 * so that an outage is noticed before anybody signs in, and its end without anybody having to try. It takes no slot:
 * a full queue is when one most wants to know.
 */
@Injectable()
export class ExternalProbe implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly settings: SettingsService,
    private readonly http: ProviderHttp,
    private readonly circuits: ProviderCircuits,
    private readonly availability: ExternalAvailability,
  ) {}

  onApplicationBootstrap(): void {
    const settings = this.settings.get('externalAuth', { infer: true });
    if (settings) void this.run(settings); // not awaited: the start does not wait for another service
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** The next look is planned when this one has ended, so that they never overlap. */
  private async run(settings: ExternalAuthSettings): Promise<void> {
    await this.probe(settings.urls.validate);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.run(settings), settings.probeInterval * 1000);
    this.timer.unref();
  }

  /** Validation without a credential: a 401, and any other 4xx, proves that somebody is there and answers. */
  private async probe(url: string): Promise<void> {
    const operation = 'validate';
    try {
      await this.circuits.of(operation).run(operation, async () => {
        const { status } = await this.http.send({ operation, method: 'GET', url });
        if (status >= 500)
          throw new ExternalUnavailable({ operation, reason: `http ${status}`, httpStatus: status });
      });
      this.availability.answered();
    } catch (error) {
      this.availability.failed(error);
    }
  }
}
