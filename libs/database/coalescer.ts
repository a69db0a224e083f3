import { AsyncLocalStorage } from 'node:async_hooks';
import { ServiceUnavailable } from './errors';

interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit, and the same for reads: one statement, or transaction, is under way at a time, and everything that is
 * asked for meanwhile goes into the next one. An item that comes alone is served at once, and never by a read that
 * began before it came.
 */
export class Coalescer<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private running = false;
  /** One run serves many callers: it has the context, and the transaction, of none of them. */
  private readonly inNoContext = AsyncLocalStorage.snapshot();

  /**
   * @param serve results in the order of the items; done again for each item alone where several failed together
   * @param most items in one run
   */
  constructor(
    private readonly serve: (items: T[]) => Promise<R[]>,
    private readonly most: number,
  ) {}

  /** The item's own result, or failure. @throws ServiceUnavailable, for all of a set alike */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.inNoContext(() => this.run());
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.most);
      if (!(await this.settle(batch))) for (const one of batch) await this.settle([one]);
    }
    this.running = false;
  }

  /** @returns false where several failed, perhaps all for one of them */
  private async settle(batch: Waiting<T, R>[]): Promise<boolean> {
    try {
      const results = await this.serve(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index] as R));
    } catch (error) {
      if (batch.length > 1 && !(error instanceof ServiceUnavailable)) return false;
      for (const { reject } of batch) reject(error);
    }
    return true;
  }
}
