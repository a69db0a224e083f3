import { Numbers } from './numbers';

describe('a set of numbers', () => {
  it('is kept as its ranges, in whatever order they come', () => {
    const numbers = Numbers.of([5, 1, 2, 9, 3, 8, 6]);
    expect(String(numbers)).toBe('1-3,5-6,8-9');
    expect(numbers.add(4)).toBe(true);
    expect(numbers.add(4)).toBe(false);
    expect(String(numbers)).toBe('1-6,8-9');
    expect([0, 1, 6, 7, 8, 10].map((number) => numbers.has(number))).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
    expect([numbers.last, new Numbers().last]).toEqual([9, 0]);
    expect(String(Numbers.parse('1-6,8-9'))).toBe('1-6,8-9');
    expect(String(Numbers.parse(''))).toBe('');
  });

  it('says what is missing in several together, and what two have in common', () => {
    const [one, other] = [Numbers.parse('2-3,7'), Numbers.parse('3-5')];
    expect([...Numbers.missing(9, [one, other])]).toEqual([
      [1, 1],
      [6, 6],
      [8, 9],
    ]);
    expect([...Numbers.missing(4, [one, other])]).toEqual([[1, 1]]);
    expect([...Numbers.missing(0, [])]).toEqual([]);
    expect([...one.common(other)]).toEqual([[3, 3]]);
  });
});
