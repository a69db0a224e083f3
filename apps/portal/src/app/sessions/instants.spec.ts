import { ago, exactly } from './instants';

const NOW = Date.parse('2026-11-25T12:00:00Z');

describe('ago', () => {
  it.each([
    ['2026-11-25T12:00:30Z', 'Just now'],
    ['2026-11-25T11:59:01Z', 'Just now'],
    ['2026-11-25T11:59:00Z', '1 minute ago'],
    ['2026-11-25T11:00:01Z', '59 minutes ago'],
    ['2026-11-25T10:00:00Z', '2 hours ago'],
    ['2026-11-24T12:00:00Z', 'Yesterday'],
    ['2026-11-20T12:00:00Z', '5 days ago'],
  ])('%s is %s', (instant, words) => {
    expect(ago(instant, NOW)).toBe(words);
  });
});

describe('exactly', () => {
  it('writes the month in words', () => {
    expect(exactly('2026-11-25T12:00:00Z')).toMatch(/^2\d November 2026 at \d\d:\d\d$/u);
  });
});
