import { backoff } from './backoff';

describe('backoff', () => {
  it('doubles, between half of its most and all of it', () => {
    expect([1, 2, 3].map((failures) => [backoff(failures, 0), backoff(failures, 1)])).toEqual([
      [1_000, 2_000],
      [2_000, 4_000],
      [4_000, 8_000],
    ]);
  });

  it('never waits longer than a minute', () => {
    expect(backoff(50, 1)).toBe(60_000);
  });
});
