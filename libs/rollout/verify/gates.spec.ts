import type { SideFigures } from '../evidence/outcome-figures';
import { type GateFacts, gatesOf } from './gates';

const SIDE: SideFigures = { people: 100, faulty: 0, refused: 0, successes: 100, p95: 100 };
const FACTS: GateFacts = {
  external: SIDE,
  baseline: SIDE,
  switched: 100,
  came: 20,
  lastVerdict: 'healthy',
  hold: null,
  minUsers: 20,
};
const NOBODY = { people: 0, faulty: 0, refused: 0, successes: 0, p95: null };

describe('the gates', () => {
  it.each([
    ['nothing against it', {}, []],
    ['19 of 100 people', { came: 19 }, ['evidence']],
    ['3 of 3 test users', { switched: 3, came: 3, external: { ...SIDE, people: 3 } }, []],
    ['2 of 3 test users', { switched: 3, came: 2 }, ['evidence']],
    ['nobody whom it moved', { switched: 0, came: 0, external: NOBODY, lastVerdict: null }, []],
    ['faults for 2 %', { external: { ...SIDE, faulty: 2 } }, []],
    ['faults for 3 %', { external: { ...SIDE, faulty: 3 } }, ['faults']],
    ['refusals of 1 %', { external: { ...SIDE, refused: 1 } }, []],
    ['refusals of 2 %', { external: { ...SIDE, refused: 2 } }, ['refusals']],
    ['thrice the time', { external: { ...SIDE, p95: 300 } }, []],
    ['more than thrice the time', { external: { ...SIDE, p95: 301 } }, ['time']],
    ['an inconclusive verdict', { lastVerdict: 'inconclusive' }, []],
    ['a failing verdict', { lastVerdict: 'failing' }, ['guardrail']],
    ['a hold', { hold: { reason: 'wait', since: 0 } }, ['hold']],
  ] as const)('with %s', (_what, more, failed) => {
    const gates = gatesOf({ ...FACTS, ...more });
    expect(gates.filter(({ passed }) => !passed).map(({ gate }) => gate)).toEqual(failed);
  });
});
