/** Keeps the values that were asked for last, a fixed number of them at most. */
export class BoundedCache<K, V> {
  /** A Map remembers the order in which keys came; whoever is asked for comes anew. */
  private readonly values = new Map<K, V>();

  constructor(private readonly capacity: number) {}

  get(key: K): V | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    this.values.delete(key);
    this.values.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size <= this.capacity) return;
    for (const [oldest] of this.values) {
      this.values.delete(oldest);
      return;
    }
  }

  delete(key: K): void {
    this.values.delete(key);
  }

  clear(): void {
    this.values.clear();
  }
}
