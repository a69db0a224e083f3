import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Metrics } from '@cutover/operations';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { requiredSettings } from '../required-settings';
import type { Operation } from '../upstream-failure';
import { ProviderCircuits } from './provider-circuits';
import { LONGEST_QUEUE, ProviderSlots } from './provider-slots';
import { repeatsOf } from './repeats';

/** `EXTERNAL_AUTH_TIMEOUT` so often is the end of a call, with its wait for a slot and its repeats. */
const TOTAL = 2;

/**
 * What stands between a call and the provider, from the outside in: a time limit in total, repeats where they are
 * safe, the slots, the circuit, and (in `ProviderHttp`) a time limit for each attempt. The circuit is inside the slots,
 * so that our own full queue never counts as an outage, and whoever waited does not call a host found dead meanwhile.
 */
@Injectable()
export class ProviderResilience {
  private readonly slots = new ProviderSlots();

  constructor(
    private readonly settings: SettingsService,
    private readonly circuits: ProviderCircuits,
    private readonly metrics: Metrics,
  ) {}

  /** Calls on the wire and those that wait for a place there. */
  load(): { running: number; waiting: number; capacity: number } {
    return { ...this.slots.load(), capacity: LONGEST_QUEUE };
  }

  /**
   * @param attempt one call on the wire; throws an error of `errors.ts`
   * @throws CircuitOpen, ProviderQueueFull; else what the last attempt threw
   */
  call<T>(operation: Operation, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const total = requiredSettings(this.settings, operation).timeout * TOTAL;
    const circuit = this.circuits.of(operation);
    const once = async (signal: AbortSignal): Promise<T> => {
      const guarded = () => circuit.run(operation, () => attempt(signal));
      if (operation === 'jwks') return guarded(); // one at a time as it is, and bearers must not wait for sign-ins
      circuit.check(operation); // now, not after the queue
      return this.slots.run(guarded, signal);
    };
    const limit = timeout(total, { strategy: TimeoutStrategy.Cooperative, abortOnReturn: false });
    const repeats = repeatsOf(operation, Date.now() + total, () =>
      this.metrics.externalRetries.inc({ operation }),
    );
    return limit.execute(({ signal }) => repeats.execute(() => once(signal), signal));
  }
}
