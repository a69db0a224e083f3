import { flagOf } from './active-flag';

describe('a stored flag', () => {
  it.each([
    1,
    1n,
    true,
    '1',
    '1.00',
    'Y',
    'y ',
    'YES',
    'True',
    't',
    'on',
    'Active',
    Buffer.from([1]),
    Buffer.from([0, 1]),
    Buffer.from('Y\0\0'),
  ])('%p says yes', (stored) => {
    expect(flagOf(stored)).toBe(true);
  });

  it.each([
    0,
    -0,
    0n,
    false,
    '0',
    '0.0',
    'N',
    'no',
    'FALSE',
    'f',
    'off',
    'Inactive',
    Buffer.from([0]),
    Buffer.alloc(4),
    Buffer.from('0'),
  ])('%p says no', (stored) => {
    expect(flagOf(stored)).toBe(false);
  });

  it.each([
    null,
    undefined,
    '',
    ' ',
    2,
    -1,
    0.5,
    Number.NaN,
    '-1',
    '1.5',
    '10',
    '1e0',
    '0x1',
    ' 1',
    'yy',
    'A',
    'ÿ',
    'Ｙ',
    'ｙ',
    'ʏ',
    'null',
    Buffer.alloc(0),
    Buffer.from([2]),
    Buffer.from([1, 1]),
    {},
    [],
    [1],
    new Date(0),
  ])('%p says neither', (stored) => {
    expect(flagOf(stored)).toBeNull();
  });

  it('is read by the values that a mapping names, and by no other', () => {
    const mapping = { true: ['A', 5], false: ['G', 'both'] };
    expect(['A', 'a', 5, '5', 'G', 'x', 'Y', 1].map((stored) => flagOf(stored, mapping))).toEqual([
      true,
      true,
      true,
      true,
      false,
      null,
      null,
      null,
    ]);
    expect(flagOf('both', { true: ['both'], false: ['both'] })).toBeNull();
  });
});
