import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that a scrape waits for a figure that is being read; then the last one serves. */
const PATIENCE = 1000;
/** A figure is read again after this many times what reading it took: never more than a hundredth of the time goes into it. */
const SPARING = 100;

/**
 * A figure that costs statements, for whoever asks for it as often as they like: read when somebody asks, one reading at
 * a time, and again only after a while. Nobody asks, nothing is read.
 */
export class CachedFigure<T> {
  private latest: T | null = null;
  private reading: Promise<void> | null = null;
  /** By `performance.now()`. */
  private notBefore = 0;

  /** @param pause milliseconds between two readings at the least */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly pause: number,
  ) {}

  /** @returns `null` while nothing is known: the first reading takes its time, or the last one failed */
  async value(): Promise<T | null> {
    if (this.reading === null && performance.now() >= this.notBefore) this.reading = this.readNow();
    if (this.reading) await Promise.race([this.reading, delay(PATIENCE, undefined, { ref: false })]);
    return this.latest;
  }

  private async readNow(): Promise<void> {
    const start = performance.now();
    try {
      this.latest = await this.read();
    } catch {
      this.latest = null; // an absent figure is true, an old one may not be; why it failed, /health says
    }
    const end = performance.now();
    this.notBefore = end + Math.max(this.pause, SPARING * (end - start));
    this.reading = null;
  }
}
