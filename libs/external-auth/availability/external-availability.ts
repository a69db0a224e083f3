import { Injectable } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { CircuitOpen, ExternalMisconfigured, ExternalUnavailable, ProviderQueueFull } from '../errors';
import { describeFailure } from '../upstream-failure';

export interface Availability {
  state: 'up' | 'down' | 'unknown';
  /** Epoch milliseconds at which this state began. */
  since: number;
  /** Why it is down, for operators. */
  cause?: string;
}

/**
 * Whether the external API serves, as the latest call saw it: the background probe's or a real one's. Asking costs
 * nothing upstream, so `/health` may be polled as often as anyone likes.
 */
@Injectable()
export class ExternalAvailability {
  private latest: Availability = { state: 'unknown', since: Date.now() };

  current(): Availability {
    return { ...this.latest };
  }

  /** It answered, be it with a refusal. */
  answered(): void {
    if (this.latest.state !== 'up') this.latest = { state: 'up', since: Date.now() };
  }

  /** A call failed: an outage or an answer that cannot be understood is "down", a refusal is an answer. */
  failed(error: unknown): void {
    if (error instanceof CircuitOpen || error instanceof ProviderQueueFull) return; // nobody was asked
    if (error instanceof ExternalUnavailable || error instanceof ExternalMisconfigured) {
      const since = this.latest.state === 'down' ? this.latest.since : Date.now();
      this.latest = { state: 'down', since, cause: describeFailure(error.failure) };
    } else if (error instanceof ProblemError) {
      this.answered();
    }
  }
}
