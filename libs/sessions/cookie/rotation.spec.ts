import * as fc from 'fast-check';
import { type RotationState, rotate } from './rotation';

const GRACE = 10_000;
const SIGNED_IN: RotationState = { generation: 0, presentations: [] };

/** Presents generations one after another and returns what each was worth. */
function present(steps: [generation: number, at: number][]): string[] {
  let state = SIGNED_IN;
  return steps.map(([generation, at]) => {
    const rotation = rotate(state, generation, at, GRACE);
    if (rotation.outcome !== 'accepted') return rotation.outcome;
    state = rotation.state;
    return `next is ${rotation.successor}`;
  });
}

describe('rotation of the session cookie', () => {
  it('gives every generation its successor', () => {
    expect(
      present([
        [1, 0],
        [2, 60_000],
        [3, 120_000],
      ]),
    ).toEqual(['next is 2', 'next is 3', 'next is 4']);
  });

  it('answers a lost reply again, however late, while the successor was never presented', () => {
    expect(
      present([
        [1, 0],
        [1, 5],
        [1, 9_000_000],
      ]),
    ).toEqual(['next is 2', 'next is 2', 'next is 2']);
  });

  it('lets a parallel tab use the old value within the grace, leading to the same successor', () => {
    expect(
      present([
        [1, 0],
        [2, 1000],
        [1, 1000 + GRACE],
      ]),
    ).toEqual(['next is 2', 'next is 3', 'next is 2']);
  });

  it('counts the grace from the first presentation of the successor, not from later ones', () => {
    expect(
      present([
        [1, 0],
        [2, 1000],
        [2, 9000],
        [1, 1001 + GRACE],
      ])[3],
    ).toBe('replayed');
  });

  it('keeps the grace of each generation apart when several rotate within it', () => {
    expect(
      present([
        [1, 0],
        [2, 1000],
        [3, 2000],
        [4, 3000],
        [1, 4000],
        [2, 4000],
        [1, 1001 + GRACE],
        [2, 1001 + GRACE],
      ]),
    ).toEqual([
      'next is 2',
      'next is 3',
      'next is 4',
      'next is 5',
      'next is 2',
      'next is 3',
      'replayed',
      'next is 3',
    ]);
  });

  it('knows a value that was never issued', () => {
    expect(
      present([
        [1, 0],
        [3, 1],
      ]),
    ).toEqual(['next is 2', 'unknown']);
  });

  it('calls nothing a replay but a superseded value after its grace (any order of use)', () => {
    const uses = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 8000 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(uses, (steps) => {
        const firstPresented = new Map<number, number>();
        let state = SIGNED_IN;
        let now = 0;
        for (const [generation, wait] of steps) {
          now += wait;
          const successorAt = firstPresented.get(generation + 1);
          const issued = generation === 1 || firstPresented.has(generation - 1);
          const expected = !issued
            ? 'unknown'
            : successorAt !== undefined && now - successorAt > GRACE
              ? 'replayed'
              : 'accepted';
          const rotation = rotate(state, generation, now, GRACE);
          expect(rotation.outcome).toBe(expected);
          if (rotation.outcome !== 'accepted') continue;
          if (!firstPresented.has(generation)) firstPresented.set(generation, now);
          state = rotation.state;
        }
      }),
    );
  });
});
