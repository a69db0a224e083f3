import { ServiceUnavailable } from '@cutover/database';

/** Keys of one statement: far below what any engine takes in an `IN (…)`. */
const LARGEST_BATCH = 500;

export interface Read<V> {
  value: V;
  /** Milliseconds of `performance.now()` at which the read began: the value is no younger than that. */
  readAt: number;
}

interface Waiting<V> {
  promise: Promise<V | null>;
  resolve: (value: V | null | Promise<V | null>) => void;
  reject: (error: unknown) => void;
}

interface Options<V> {
  /** One statement for all keys; what is not there is left out. */
  read: (keys: string[]) => Promise<Map<string, V>>;
  /** What a value is about, for {@link BatchedReads.outdate}. */
  subjectOf: (value: V) => string | number;
  /** Told of each value as it comes, in the same instant in which it is known to be no outdated one. */
  keep: (key: string, read: Read<V>) => void;
  /** Milliseconds that a read may take. */
  limit: number;
}

/** Reads rows for everybody who waits at the same moment by one statement. */
export class BatchedReads<V> {
  private waiting = new Map<string, Waiting<V>>();
  /** For each read under way, what has changed since it began. */
  private readonly underWay = new Set<Set<string | number>>();

  constructor(private readonly options: Options<V>) {}

  /** @throws ServiceUnavailable, also where the database did not answer in time */
  get(key: string): Promise<V | null> {
    const found = this.waiting.get(key);
    if (found) return found.promise;
    if (this.waiting.size === 0) setImmediate(() => this.flush());
    const waiting = withResolvers<V>();
    this.waiting.set(key, waiting);
    return waiting.promise;
  }

  /** Whatever a read that is under way finds about this is not to be believed: it is read again. */
  outdate(subject: string | number): void {
    for (const changes of this.underWay) changes.add(subject);
  }

  private flush(): void {
    const all = [...this.waiting];
    this.waiting = new Map();
    for (let from = 0; from < all.length; from += LARGEST_BATCH)
      void this.settle(all.slice(from, from + LARGEST_BATCH));
  }

  private async settle(batch: [string, Waiting<V>][]): Promise<void> {
    const changes = new Set<string | number>();
    this.underWay.add(changes);
    const readAt = performance.now();
    try {
      const found = await inTime(this.options.read(batch.map(([key]) => key)), this.options.limit);
      for (const [key, waiting] of batch) {
        const value = found.get(key);
        if (value === undefined) waiting.resolve(null);
        else if (changes.has(this.options.subjectOf(value))) waiting.resolve(this.get(key));
        else {
          this.options.keep(key, { value, readAt });
          waiting.resolve(value);
        }
      }
    } catch (error) {
      for (const [, waiting] of batch) waiting.reject(error);
    } finally {
      this.underWay.delete(changes);
    }
  }
}

function withResolvers<V>(): Waiting<V> {
  const { promise, resolve, reject } = Promise.withResolvers<V | null>();
  return { promise, resolve, reject };
}

/** An answer that comes late may be as old as the question. */
async function inTime<T>(work: Promise<T>, limit: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new ServiceUnavailable(`no answer within ${limit} ms`)), limit);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
