import { endsSoon, renewalTime } from './renewal-time';
import { ADA } from '../../../testing/answers';

/** @param life seconds that the access token lives */
const grant = (life: number) => ({
  accessToken: 'a',
  user: ADA,
  obtainedAt: 1_000,
  expiresAt: 1_000 + life * 1000,
});
const seconds = (life: number, idle = Infinity, chance = 0) =>
  (renewalTime(grant(life), idle * 1000, chance) - 1_000) / 1000;

describe('renewalTime', () => {
  it('is 90 seconds before the token ends, or up to 18 more', () => {
    expect([seconds(900), seconds(900, Infinity, 1)]).toEqual([810, 792]);
  });

  it('leaves a third of a short life, so that the API has begun to think of renewing too', () => {
    expect([seconds(60), seconds(60, Infinity, 1)]).toEqual([40, 36]);
  });

  it('comes before the API would take the session for idle', () => {
    expect(seconds(3_600, 1_800)).toBe(1_710);
  });

  it.each([7, 1, 0])('is no busy loop when a token lives %d s', (life) => {
    expect(seconds(life)).toBe(5);
  });
});

describe('endsSoon', () => {
  it('asks for the end of the session while there is time to announce it', () => {
    expect([endsSoon(grant(300)), endsSoon(grant(270)), endsSoon(grant(30))]).toEqual([false, true, true]);
    expect(270 - seconds(270)).toBeGreaterThanOrEqual(60);
  });
});
