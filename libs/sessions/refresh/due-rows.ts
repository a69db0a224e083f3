import type { LeasedTokens } from './leased-tokens';
import type { RefreshLeases } from './refresh-leases';

/** Rows in one claim. */
const BATCH = 250;
/** Rows in the queue below which the next claim is made: no worker waits for it. */
const LOW = BATCH / 2;

/** The due rows, claimed ahead of the workers that take them one by one. */
export class DueRows {
  private queue: LeasedTokens[] = [];
  private claiming: Promise<void> | null = null;
  private exhausted = false;
  private failure: { error: unknown } | null = null;

  /** @param onClaim is called before each claim; false ends them */
  constructor(
    private readonly leases: RefreshLeases,
    private readonly onClaim: () => boolean,
  ) {}

  /** @returns null when there are no more */
  async next(): Promise<LeasedTokens | null> {
    for (;;) {
      if (!this.exhausted && !this.claiming && this.queue.length < LOW) this.claiming = this.claim();
      const row = this.queue.shift();
      if (row) return row;
      if (!this.claiming) return null;
      await this.claiming;
    }
  }

  /** Gives back what nobody took. @throws what a claim failed with */
  async close(): Promise<void> {
    this.exhausted = true;
    await this.claiming;
    await this.leases.abandon(this.queue.splice(0));
    if (this.failure) throw this.failure.error;
  }

  private async claim(): Promise<void> {
    try {
      if (!this.onClaim()) {
        this.exhausted = true;
        return;
      }
      const { claimed, rows } = await this.leases.claimDue(BATCH);
      this.queue.push(...rows);
      if (claimed < BATCH) this.exhausted = true;
    } catch (error) {
      this.failure = { error };
      this.exhausted = true;
    } finally {
      this.claiming = null;
    }
  }
}
