import { DestroyRef, inject, Injectable } from '@angular/core';
import type { User } from '@cutover/contracts';

import type { ShownCode } from '../problem/read-problem';

/** What the session gave a tab. Epoch milliseconds by this device's clock. */
export interface Grant {
  accessToken: string;
  user: User;
  obtainedAt: number;
  /** End of the access token, not of the session. */
  expiresAt: number;
}

/** What one tab tells the others of this origin; in memory only, never through storage. */
export type TabMessage =
  | { kind: 'signed-in' | 'renewed'; grant: Grant }
  /** `reason` is `null` where the person wished it. */
  | { kind: 'signed-out'; reason: ShownCode | null }
  /** The person did something at this instant. */
  | { kind: 'active'; at: number }
  /** Each tab answers `active` with the last sign that it saw. */
  | { kind: 'is-anybody-active' };

/** With the version of {@link TabMessage}: a tab of an older portal is not understood, and not misunderstood either. */
const NAME = 'cutover.session.1';

/** Milliseconds after which a tab that holds the lock is no longer waited for; no request of ours lasts longer. */
const PATIENCE = 35_000;

/**
 * The other tabs of this browser. They share one session cookie, so that whatever changes it is done by one tab at a
 * time and told to the others. Where the browser has no locks or no channel, each tab is on its own; the API's grace
 * for a replaced cookie then keeps parallel tabs from harm.
 */
@Injectable({ providedIn: 'root' })
export class Tabs {
  private readonly channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
  private readonly listeners = new Set<(message: TabMessage) => void>();

  constructor() {
    this.channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
      for (const listener of [...this.listeners]) listener(data);
    });
    inject(DestroyRef).onDestroy(() => this.channel?.close());
  }

  tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }

  /** @returns stops listening */
  hear(listener: (message: TabMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves with the next message that `wanted` accepts, at the latest after `patience` milliseconds. */
  news(patience: number, wanted: (message: TabMessage) => boolean): Promise<void> {
    if (this.channel === null) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.hear((message) => wanted(message) && done());
      const timer = setTimeout(() => done(), patience);
      const done = () => {
        stop();
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * Runs `task` while no other tab runs one.
   *
   * @param task is told whether it had to wait for another tab, which may have done the same work
   */
  alone<T>(task: (waited: boolean) => Promise<T>): Promise<T> {
    return 'locks' in navigator ? this.locked(task) : task(false);
  }

  private async locked<T>(task: (waited: boolean) => Promise<T>): Promise<T> {
    const atOnce = await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { value: await task(false) },
    );
    if (atOnce !== null) return atOnce.value;

    let started = false;
    const begin = () => {
      started = true;
      return task(true);
    };
    try {
      return await navigator.locks.request(NAME, { signal: AbortSignal.timeout(PATIENCE) }, begin);
    } catch (error) {
      if (started) throw error;
      return begin(); // the tab that holds the lock hangs; better two refreshes than none
    }
  }
}
