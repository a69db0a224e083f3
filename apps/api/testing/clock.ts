/** The process's clock, moved by hand: what takes half an hour in life takes none in a test. Timers run as ever. */
export class Clock {
  private offset = 0;

  advance({ minutes = 0, seconds = 0 }: { minutes?: number; seconds?: number }): void {
    this.offset += (minutes * 60 + seconds) * 1000;
    jest.useFakeTimers({ now: this.real() + this.offset, doNotFake: [...REAL] });
  }

  restore(): void {
    this.offset = 0;
    jest.useRealTimers();
  }

  private real(): number {
    return performance.timeOrigin + performance.now();
  }
}

const REAL = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;
