import { randomBytes } from 'node:crypto';
import type { Outcome } from '@cutover/database';
import { Numbers } from './numbers';
import type { WriterMark, WriterState } from './writer-marks';

/** Characters of a list of numbers, after which a record is ended and another one begun. */
const LONGEST = 4000;
/** Milliseconds between two marks of a writer that writes nothing. */
const HEARTBEAT = 10_000;

/** What a process knows of the numbers that it gave to its entries. */
export class WriterRecord {
  readonly writer = randomBytes(16).toString('base64url');
  readonly boot = Date.now();
  private ordinal = 0;
  private last = 0;
  private readonly pending = new Set<number>();
  /** With when that became so, in epoch milliseconds. */
  private readonly unknown = new Map<number, number>();
  private readonly voided = new Numbers();
  /** Of the mark in the table, and of one whose answer was lost. */
  private macs: string[] = [];
  private markedAt = 0;
  private isChanged = false;

  registered({ ordinal, at, mac }: Pick<WriterMark, 'ordinal' | 'at'> & { mac: string }): void {
    this.ordinal = ordinal;
    this.macs = [mac];
    this.markedAt = at;
  }

  take(): number {
    this.pending.add(++this.last);
    this.isChanged = true;
    return this.last;
  }

  settle(numbers: readonly number[], outcome: Outcome): void {
    this.isChanged = true;
    for (const number of numbers) {
      this.pending.delete(number);
      this.unknown.delete(number);
      if (outcome === 'unknown') this.unknown.set(number, Date.now());
      if (outcome === 'rolled back') this.voided.add(number);
    }
  }

  /** Numbers of which nobody has said what became of them, since then or longer. */
  unknownSince(instant: number): readonly number[] {
    return [...this.unknown].filter(([, since]) => since <= instant).map(([number]) => number);
  }

  get isSettled(): boolean {
    return this.pending.size === 0 && this.unknown.size === 0;
  }

  get isFull(): boolean {
    return String(this.voided).length > LONGEST;
  }

  isDue(now: number): boolean {
    return this.isChanged || now - this.markedAt >= HEARTBEAT;
  }

  mark(state: WriterState, at: number): WriterMark {
    this.isChanged = false;
    return {
      ordinal: this.ordinal,
      writer: this.writer,
      boot: this.boot,
      state,
      at,
      upTo: this.last,
      pending: String(Numbers.of([...this.pending, ...this.unknown.keys()])),
      voided: String(this.voided),
    };
  }

  /** What the mark in the table may be: the answer to the last change may have been lost. */
  candidates(next: string): readonly string[] {
    const candidates = this.macs;
    this.macs = [...this.macs, next];
    return candidates;
  }

  marked(mac: string, at: number): void {
    this.macs = [mac];
    this.markedAt = at;
  }

  /** The mark could not be written: it is to be tried again. */
  unmarked(): void {
    this.isChanged = true;
  }
}
