import { nextStep } from './next-step';

describe('the next step', () => {
  it.each([
    [{ stage: 'off', percent: 0 }, { stage: 'test-users' }],
    [{ stage: 'shadow', percent: 0 }, { stage: 'test-users' }],
    [
      { stage: 'test-users', percent: 40 },
      { stage: 'percent', percent: 5 },
    ],
    [
      { stage: 'percent', percent: 1 },
      { stage: 'percent', percent: 5 },
    ],
    [
      { stage: 'percent', percent: 5 },
      { stage: 'percent', percent: 25 },
    ],
    [
      { stage: 'percent', percent: 24 },
      { stage: 'percent', percent: 25 },
    ],
    [{ stage: 'percent', percent: 25 }, { stage: 'all' }],
    [{ stage: 'percent', percent: 100 }, { stage: 'all' }],
    [{ stage: 'all', percent: 25 }, null],
  ] as const)('after %j is %j', (decided, step) => {
    expect(nextStep(decided)).toEqual(step);
  });
});
