import { bulkhead, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { ProviderQueueFull } from '../errors';

/** Calls on the wire at once: more than a process can put to use, and an end to what a slow provider piles up. */
export const SLOTS = 256;
/** Calls that may wait: no more than there are slots, so that none waits longer than one call may take. */
export const LONGEST_QUEUE = 256;

/** The bulkhead between people who wait and a provider that is slow. */
export class ProviderSlots {
  private readonly bulkhead = bulkhead(SLOTS, LONGEST_QUEUE);

  load(): { running: number; waiting: number } {
    const { executionSlots, queueSlots } = this.bulkhead; // those that are free
    return { running: SLOTS - executionSlots, waiting: LONGEST_QUEUE - queueSlots };
  }

  /** @throws ProviderQueueFull at once where no place is left; also where none came free before `signal` aborted */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.bulkhead.execute(call, signal).catch((error: unknown) => {
      const neverSent = error instanceof BulkheadRejectedError || error instanceof TaskCancelledError;
      throw neverSent ? new ProviderQueueFull() : error;
    });
  }
}
