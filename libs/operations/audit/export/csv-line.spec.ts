import { csvLine } from './csv-line';

describe('a line of CSV', () => {
  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', `'+1`],
    ['-2+3', `'-2+3`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `"'\t=1"`],
    ['＝1', `'＝1`],
  ])('makes no formula of %j', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  it('keeps what separates cells inside of one', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', null, 7, 'user:7'])).toBe(
      `"a,b","say ""x""","two\nlines",,7,user:7\r\n`,
    );
  });
});
