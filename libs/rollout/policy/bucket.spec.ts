import fc from 'fast-check';
import { isWithin } from './bucket';

const userId = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const percent = fc.integer({ min: 0, max: 100 });
const salt = fc.string({ minLength: 43, maxLength: 43 });

describe('the share of people on the external side', () => {
  it('only ever grows when its percentage does', () => {
    fc.assert(
      fc.property(userId, salt, percent, percent, (id, key, one, other) => {
        const [smaller, larger] = one < other ? [one, other] : [other, one];
        return !isWithin(id, smaller, key) || isWithin(id, larger, key);
      }),
    );
  });

  it('is nobody at 0 and everybody at 100', () => {
    fc.assert(fc.property(userId, salt, (id, key) => !isWithin(id, 0, key) && isWithin(id, 100, key)));
  });

  it('is made of the same people in every process and every version of this program', () => {
    const people = Array.from({ length: 200 }, (_, id) => id + 1).filter((id) => isWithin(id, 5, 'a salt'));
    expect(people).toEqual([2, 12, 32, 51, 123, 140, 154, 177]);
  });

  it.each([
    [1, 'one salt'],
    [5, 'another'],
    [25, 'a third'],
  ])('is %i %% of 100,000 ids (%s)', (share, key) => {
    let within = 0;
    for (let id = 1; id <= 100_000; id++) if (isWithin(id, share, key)) within++;
    const deviation = Math.sqrt(100_000 * (share / 100) * (1 - share / 100));
    expect(Math.abs(within - 1000 * share)).toBeLessThan(4 * deviation);
  });

  it('is made of others under another salt', () => {
    const people = (key: string) =>
      Array.from({ length: 2000 }, (_, id) => id + 1).filter((id) => isWithin(id, 10, key));
    const [one, other] = [people('one salt'), people('another')];
    const both = one.filter((id) => other.includes(id));
    expect(both.length).toBeLessThan(one.length / 2);
  });
});
