/**
 * A queue with an end, whose shares take turns: who sends a hundred waits behind who sends one, and when it is full
 * whoever holds most of it gives way.
 */
export class FairQueue<T> {
  /** By share, the one whose turn it is first. */
  private readonly shares = new Map<string, T[]>();
  private waiting = 0;

  constructor(private readonly longest: number) {}

  get size(): number {
    return this.waiting;
  }

  /** @returns who has to leave: nobody, the newest of the largest share, or the item itself */
  push(share: string, item: T): T | null {
    const displaced = this.waiting < this.longest ? null : this.makeRoomFor(share);
    if (this.waiting >= this.longest) return item;
    const items = this.shares.get(share);
    if (items) items.push(item);
    else this.shares.set(share, [item]);
    this.waiting += 1;
    return displaced;
  }

  shift(): T | undefined {
    const [next] = this.shares;
    if (!next) return undefined;
    const [share, items] = next;
    const item = items.shift();
    this.shares.delete(share);
    if (items.length > 0) this.shares.set(share, items);
    this.waiting -= 1;
    return item;
  }

  private makeRoomFor(share: string): T | null {
    const [largest, items] = [...this.shares].reduce(
      (most, one) => (one[1].length > most[1].length ? one : most),
      ['', []] as [string, T[]],
    );
    const own = this.shares.get(share)?.length ?? 0;
    // One that has as many as the largest, or would then have, must not go round in its place.
    if (items.length <= own + 1) return null;
    const displaced = items.pop();
    if (items.length === 0) this.shares.delete(largest);
    this.waiting -= 1;
    return displaced ?? null;
  }
}
