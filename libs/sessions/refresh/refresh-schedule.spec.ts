import { timeToRefresh, timeToRetry } from './refresh-schedule';

const MINUTE = 60_000;
const lasting = (minutes: number) => ({ obtainedAt: 0, accessTokenExpiresAt: minutes * MINUTE });

describe('the time of a refresh', () => {
  it('is the buffer before the end of the access token, and up to a fifth of it earlier', () => {
    expect(timeToRefresh(lasting(60), 5 * MINUTE, () => 0)).toBe(55 * MINUTE);
    expect(timeToRefresh(lasting(60), 5 * MINUTE, () => 1)).toBe(54 * MINUTE);
  });

  it('is half of a life that is shorter than twice the buffer', () => {
    expect(timeToRefresh(lasting(4), 5 * MINUTE, () => 0)).toBe(2 * MINUTE);
  });
});

describe('the time of a further try', () => {
  it('doubles with each failure up to two minutes, half of it by chance', () => {
    expect([1, 2, 3, 20].map((failures) => timeToRetry(failures, 0, () => 1))).toEqual([
      2000, 4000, 8000, 120_000,
    ]);
    expect(timeToRetry(3, 0, () => 0)).toBe(4000);
  });

  it('is never before the provider wants it', () => {
    expect(timeToRetry(1, 30, () => 0)).toBe(31_000);
  });
});
