import { RefusalFloor } from './refusal-floor';

describe('the time that a refusal takes', () => {
  it('is above what the costliest hash is expected to take', () => {
    expect(new RefusalFloor().above(200)).toBeGreaterThan(200);
  });

  it('follows a machine that has become slower, and one that has recovered', () => {
    const floor = new RefusalFloor();
    const calm = floor.above(200);
    floor.observe(3);
    expect(floor.above(200)).toBeGreaterThanOrEqual(600);
    for (let check = 0; check < 16; check++) floor.observe(1);
    expect(floor.above(200)).toBe(calm);
  });

  it('has an end', () => {
    const floor = new RefusalFloor();
    floor.observe(1000);
    expect(floor.above(200)).toBeLessThan(1000);
  });
});
