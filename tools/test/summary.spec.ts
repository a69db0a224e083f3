import { summary } from './summary.mjs';

const UNIT = { project: 'users', kind: 'unit and database', passed: 40, failed: 0 } as const;
const BROWSER = { project: 'portal-e2e', kind: 'browser', passed: 7, failed: 0 } as const;
const lastLine = (text: string) => text.split('\n').at(-1);

describe('the summary of a test run', () => {
  it('ends with the totals over all kinds', () => {
    expect(lastLine(summary([UNIT, BROWSER], null))).toBe('47 passed, 0 failed');
  });

  it('says how many there were of each kind and in each project', () => {
    expect(summary([UNIT, BROWSER], null)).toMatch(
      /unit and database tests: 40 passed[\s\S]*users +40[\s\S]*browser tests: 7/,
    );
  });

  it('counts failed tests', () => {
    expect(lastLine(summary([{ ...UNIT, failed: 2 }], 'Unit and database tests'))).toBe(
      '40 passed, 2 failed',
    );
  });

  it('never says that nothing failed where a stage without tests did', () => {
    expect(lastLine(summary([], 'Lint'))).toBe('0 passed, 1 failed');
  });
});
