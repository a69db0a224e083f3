import { table, visible } from './output';

describe('output', () => {
  it('lines columns up by what a terminal shows of each script', () => {
    expect(
      table(
        ['NAME', 'ROLE'],
        [
          ['ada', 'user'],
          ['李小龍', 'user'],
          ['jose\u0301', 'user'],
          ['👩‍👩‍👧', 'user'],
        ],
      ).split('\n'),
    ).toEqual(['NAME    ROLE', 'ada     user', '李小龍  user', 'jose\u0301    user', '👩‍👩‍👧      user']);
  });

  it('shows what a terminal would obey instead of obeying', () => {
    expect(visible('a\x1b]0;b\x07\u202Ec\u2028d\ne')).toBe('a\\u{1b}]0;b\\u{7}\\u{202e}c\\u{2028}d\ne');
    expect(visible('ad\u200ba ad\u00ada ad\u200da \ufeffada')).toBe(
      'ad\\u{200b}a ad\\u{ad}a ad\\u{200d}a \\u{feff}ada',
    );
    expect(table(['NAME'], [['two\nlines\x9b']])).toBe('NAME\ntwo\\nlines\\u{9b}');
  });
});
