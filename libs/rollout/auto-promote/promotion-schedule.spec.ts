import { scheduleFault, type ScheduledStep, stepsLeft } from './promotion-schedule';
import { readSteps } from './schedule-text';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const FIVE = { stage: 'percent', percent: 5, hold: null } as const;

function steps(text: string): ScheduledStep[] {
  const read = readSteps(text);
  if ('fault' in read) throw new Error(read.fault);
  return read;
}
const fault = (text: string, from: Parameters<typeof scheduleFault>[1] = FIVE) =>
  scheduleFault(steps(text), from, NOW);

describe('a schedule as an operator writes it', () => {
  it('reads steps in any time zone', () => {
    expect(steps('25@2026-12-01T08:00Z,all@2028-02-29T08:00:30+01:00')).toEqual([
      { stage: 'percent', percent: 25, at: Date.UTC(2026, 11, 1, 8) },
      { stage: 'all', percent: null, at: Date.UTC(2028, 1, 29, 7, 0, 30) },
    ]);
  });

  it.each([
    '25@2026-02-31T08:00Z',
    '25@2027-02-29T08:00Z',
    '25@2026-12-01T24:00Z',
    '25@2026-12-01T08:00',
    '25@2026-12-01',
    '25@1796000000000',
  ])('refuses the moment of %s, naming it', (text) => {
    expect(readSteps(`5@2026-01-01T08:00Z,${text}`)).toEqual({
      fault: expect.stringContaining(`"${text.slice(3)}" is no moment: expects a day that exists`),
    });
  });

  it.each(['', '25', '25@', '0@2026-12-01T08:00Z', '101@2026-12-01T08:00Z', '25@2026-12-01T08:00Z@all'])(
    'refuses the step "%s", naming it',
    (text) => {
      expect(readSteps(text)).toEqual({ fault: expect.stringContaining(`"${text}" is no step`) });
    },
  );
});

describe('a schedule beside the decision that it comes with', () => {
  it('goes on from test users or a share, to the very end', () => {
    expect(fault('25@2026-12-01T08:00Z,100@2026-12-02T08:00Z,all@2026-12-03T08:00Z')).toBeNull();
    // The share of an earlier stage is kept, and counts for nothing among test users.
    expect(fault('1@2026-12-01T08:00Z', { ...FIVE, stage: 'test-users' })).toBeNull();
  });

  it.each([
    ['25@2026-11-30T12:00Z', FIVE, 'the step to 25 % lies in the past.'],
    [
      '25@2026-12-02T08:00Z,all@2026-12-02T08:00Z',
      FIVE,
      'the step to all is not later than the one before it.',
    ],
    [
      '25@2026-12-02T08:00Z,50@2026-12-01T08:00Z',
      FIVE,
      'the step to 50 % is not later than the one before it.',
    ],
    ['5@2026-12-01T08:00Z', FIVE, 'the step to 5 % opens no more than what is open before it.'],
    [
      '25@2026-12-01T08:00Z,20@2026-12-02T08:00Z',
      FIVE,
      'the step to 20 % opens no more than what is open before it.',
    ],
    [
      'all@2026-12-01T08:00Z,100@2026-12-02T08:00Z',
      FIVE,
      'the step to 100 % opens no more than what is open before it.',
    ],
    [
      '25@2026-12-01T08:00Z',
      { ...FIVE, stage: 'shadow' },
      'a schedule goes on from the stages test-users and percent, not from shadow.',
    ],
    [
      '25@2026-12-01T08:00Z',
      { ...FIVE, hold: { reason: 'sign-ins fail', since: 0 } },
      'the rollout is on hold (sign-ins fail): lift that with the same decision.',
    ],
  ] as const)('refuses %s from %o', (text, from, why) => {
    expect(fault(text, from)).toBe(why);
  });

  it('has those steps left that open more', () => {
    const all = steps('25@2026-12-01T08:00Z,100@2026-12-02T08:00Z,all@2026-12-03T08:00Z');
    expect(stepsLeft(all, { stage: 'test-users', percent: 100 })).toEqual(all);
    expect(stepsLeft(all, { stage: 'percent', percent: 25 })).toEqual(all.slice(1));
    expect(stepsLeft(all, { stage: 'percent', percent: 100 })).toEqual(all.slice(2));
    expect(stepsLeft(all, { stage: 'all', percent: 25 })).toEqual([]);
  });
});
