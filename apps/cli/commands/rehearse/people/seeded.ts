import { createHash } from 'node:crypto';

/**
 * Numbers that look random and are the same for the same seed: an own stream for each purpose, so that one more draw
 * here changes nothing there.
 */
export class Seeded {
  constructor(private readonly seed: string) {}

  bytes(purpose: string, count = 32): Buffer {
    return createHash('sha256').update(`${this.seed}\0${purpose}`).digest().subarray(0, count);
  }

  /** 0 to `below` - 1. */
  whole(purpose: string, below: number): number {
    return this.bytes(purpose).readUIntBE(0, 6) % below;
  }

  /** An object id, shaped as Entra's are (RFC 9562 section 5.8). */
  objectId(purpose: string): string {
    const hex = this.bytes(purpose).toString('hex');
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `8${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
  }

  /** `count` of them, drawn without putting back (Fisher and Yates), in their own order. */
  sample<T>(purpose: string, all: readonly T[], count: number): T[] {
    const indexes = all.map((_, index) => index);
    const most = Math.min(count, all.length);
    for (let drawn = 0; drawn < most; drawn++) {
      const other = drawn + this.whole(`${purpose} ${drawn}`, all.length - drawn);
      [indexes[drawn], indexes[other]] = [indexes[other] as number, indexes[drawn] as number];
    }
    return indexes
      .slice(0, most)
      .sort((one, other) => one - other)
      .map((index) => all[index] as T);
  }
}
