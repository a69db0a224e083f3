import type { SideFigures } from '../evidence/outcome-figures';
import { type GuardrailFigures, judge } from './verdict';

const LIMITS = { minUsers: 20 };
const SIDE: SideFigures = { people: 1000, faulty: 0, refused: 0, successes: 1000, p95: 100 };
const QUIET = { people: 1000, now: 0.1, before: 0.1 };

const of = (external: Partial<SideFigures>, more: Partial<GuardrailFigures> = {}) =>
  judge({ external: { ...SIDE, ...external }, baseline: SIDE, guesses: QUIET, ...more }, LIMITS);

describe('the verdict', () => {
  it.each([
    ['as quick and sound as the other', {}, 'healthy'],
    ['with faults for 2 % of people', { faulty: 20 }, 'healthy'],
    ['with faults for more', { faulty: 21 }, 'failing'],
    ['that refuses 1 % of people', { refused: 10 }, 'healthy'],
    ['that refuses more', { refused: 11 }, 'failing'],
    ['three times as slow', { p95: 300 }, 'healthy'],
    ['slower', { p95: 301 }, 'failing'],
    ['of 20 people', { people: 20, successes: 20 }, 'healthy'],
    ['of 20 people, one of whom met a fault', { people: 20, successes: 19, faulty: 1 }, 'failing'],
    ['of 19 people', { people: 19, successes: 19 }, 'inconclusive'],
    [
      'of 19 people, all of whom met a fault',
      { people: 19, successes: 0, faulty: 19, p95: null },
      'inconclusive',
    ],
    ['that nobody got into', { successes: 0, faulty: 1000, p95: null }, 'failing'],
    ['slow for a handful', { successes: 19, p95: 9000 }, 'healthy'],
  ] as const)('on a side %s', (_what, external, verdict) => {
    expect(of(external)).toMatchObject({ verdict, alarming: false });
  });

  it('takes off the faults that befall the other side as well, where enough people use it', () => {
    const shaken = { ...SIDE, faulty: 100 };
    expect(of({ faulty: 120 }, { baseline: shaken }).verdict).toBe('healthy');
    expect(of({ faulty: 121 }, { baseline: shaken }).verdict).toBe('failing');
    const handful = { ...SIDE, people: 19, faulty: 19, successes: 0, p95: null };
    expect(of({ faulty: 21 }, { baseline: handful }).verdict).toBe('failing');
  });

  it('says nothing of time where there is nothing to compare with', () => {
    const nobody = { people: 0, faulty: 0, refused: 0, successes: 0, p95: null };
    expect(of({ p95: 9000 }, { baseline: nobody }).verdict).toBe('healthy');
    expect(of({ p95: 9000 }, { baseline: { ...SIDE, successes: 19 } }).verdict).toBe('healthy');
  });

  it.each([
    ['by 10 points', { people: 20, now: 0.6, before: 0.5 }, 'healthy', false],
    ['by more', { people: 20, now: 0.61, before: 0.5 }, 'inconclusive', true],
    ['of a handful', { people: 19, now: 1, before: 0 }, 'healthy', false],
    ['that was always there', { people: 20, now: 0.9, before: 0.9 }, 'healthy', false],
    ['that falls', { people: 20, now: 0, before: 0.9 }, 'healthy', false],
  ] as const)('with a rise of wrong passwords %s', (_how, guesses, verdict, alarming) => {
    expect(of({}, { guesses })).toMatchObject({ verdict, alarming });
  });

  it('never fails for wrong passwords, and says its reasons with their figures', () => {
    expect(of({}, { guesses: { people: 1000, now: 1, before: 0 } }).verdict).toBe('inconclusive');
    expect(
      of({ faulty: 50, refused: 20, p95: 400 }, { guesses: { people: 30, now: 0.5, before: 0.1 } }),
    ).toEqual({
      verdict: 'failing',
      alarming: true,
      reasons: [
        'faults: 50 of 1000 people (5.0 %), at most 2.0 %',
        'refusals: 20 of 1000 people on their own devices (2.0 %), at most 1.0 %',
        'time: p95 400 ms, 100 ms in comparison, at most 3 times that',
        'wrong passwords and lockouts: 50.0 % of attempts, 10.0 % by the same people before',
      ],
    });
  });
});
