import { AsyncLocalStorage } from 'node:async_hooks';

interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit: one write is under way at a time, and everything that arrives meanwhile goes into the next one. An item
 * that comes alone is written at once.
 */
export class Coalescer<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private writing = false;
  /** A write serves many callers: it runs in the context, and the transaction, of none of them. */
  private readonly inNoContext = AsyncLocalStorage.snapshot();

  /**
   * @param write results in the order of the items
   * @param most items in one write
   */
  constructor(
    private readonly write: (items: T[]) => Promise<R[]>,
    private readonly most: number,
  ) {}

  /** The item's own result. Fails as the write fails that it was part of. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.writing) void this.inNoContext(() => this.run());
    });
  }

  private async run(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.most);
      try {
        const results = await this.write(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.writing = false;
  }
}
