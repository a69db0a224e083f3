import { plainCode, resetFaults } from './reset-faults';

const GOOD = { username: 'ada', code: 'ABCDE12345ABCDE12345', newPassword: 'a few words here' };

describe('resetFaults', () => {
  it('finds nothing wrong with what the API may take', () => {
    expect(resetFaults(GOOD)).toEqual({ username: null, code: null, newPassword: null });
  });

  it.each([
    ['username', '', 'Enter your username'],
    ['username', 'a'.repeat(256), 'Check your username'],
    ['code', '', 'Enter your code'],
    ['code', 'A'.repeat(65), 'Check your code'],
    ['newPassword', '', 'Enter a new password'],
    ['newPassword', 'fourteen-chars', 'Use at least 15 characters'],
    ['newPassword', '😀'.repeat(14), 'Use at least 15 characters'],
    ['newPassword', 'p'.repeat(1025), 'Use at most 1024 characters'],
    ['newPassword', 'a few words\there', 'Leave out tabs and other invisible characters'],
  ] as const)('%s %j: %s', (field, text, words) => {
    expect(resetFaults({ ...GOOD, [field]: text })).toEqual({ ...resetFaults(GOOD), [field]: words });
  });
});

describe('plainCode', () => {
  it('takes out what mail programs and people put in', () => {
    expect(plainCode(' ABCDE-12345–abcde\u2011 1234\u00A05\n')).toBe('ABCDE12345abcde12345');
  });
});
