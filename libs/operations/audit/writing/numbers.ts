/** A set of whole numbers above 0, as the ranges that it mostly consists of. */
export class Numbers {
  /** Ascending, apart from each other by more than one. */
  private readonly ranges: [from: number, to: number][] = [];

  static of(numbers: Iterable<number>): Numbers {
    const set = new Numbers();
    for (const number of numbers) set.add(number);
    return set;
  }

  /** @param text as {@link toString} writes it */
  static parse(text: string): Numbers {
    const set = new Numbers();
    for (const range of text === '' ? [] : text.split(',')) {
      const [from, to = from] = range.split('-').map(Number) as [number, number?];
      set.ranges.push([from, to]);
    }
    return set;
  }

  /** @returns false where it was there already */
  add(number: number): boolean {
    const at = this.placeOf(number);
    const [before, after] = [this.ranges[at - 1], this.ranges[at]];
    if (after && after[0] <= number) return false;
    const [joinsBefore, joinsAfter] = [before?.[1] === number - 1, after?.[0] === number + 1];
    if (before && after && joinsBefore && joinsAfter) {
      before[1] = after[1];
      this.ranges.splice(at, 1);
    } else if (before && joinsBefore) before[1] = number;
    else if (after && joinsAfter) after[0] = number;
    else this.ranges.splice(at, 0, [number, number]);
    return true;
  }

  has(number: number): boolean {
    const range = this.ranges[this.placeOf(number)];
    return range !== undefined && range[0] <= number;
  }

  /** Ranges that are in the other one too. */
  *common(other: Numbers): Generator<[from: number, to: number]> {
    for (const [from, to] of this.ranges)
      for (const [start, end] of other.ranges)
        if (start <= to && end >= from) yield [Math.max(from, start), Math.min(to, end)];
  }

  /** Ranges that are not in the other one. */
  *without(other: Numbers): Generator<[from: number, to: number]> {
    for (const [from, to] of this.ranges)
      for (const [start, end] of Numbers.missing(to, [other, Numbers.upTo(from - 1)])) yield [start, end];
  }

  private static upTo(number: number): Numbers {
    const set = new Numbers();
    if (number > 0) set.ranges.push([1, number]);
    return set;
  }

  get last(): number {
    return this.ranges.at(-1)?.[1] ?? 0;
  }

  /** Ranges of 1 to `end` that are in none of the sets. */
  static *missing(end: number, sets: readonly Numbers[]): Generator<[from: number, to: number]> {
    const taken = sets.flatMap(({ ranges }) => ranges).sort(([one], [other]) => one - other);
    let next = 1;
    for (const [from, to] of taken) {
      if (from > end) break;
      if (from > next) yield [next, from - 1];
      next = Math.max(next, to + 1);
    }
    if (next <= end) yield [next, end];
  }

  /** `1-250,252`. */
  toString(): string {
    return this.ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
  }

  /** Of the first range that does not end before the number. */
  private placeOf(number: number): number {
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranges[middle] as [number, number])[1] < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
