import { type GuardrailFigures, faultsOf, refusalsOf, slownessOf, type Verdict } from '../guardrails/verdict';
import type { RolloutHold } from '../policy/rollout-policy';

export const GATES = ['evidence', 'faults', 'refusals', 'time', 'guardrail', 'hold'] as const;

/** One condition of going on. */
export interface Gate {
  gate: (typeof GATES)[number];
  passed: boolean;
  /** For operators, with figures. */
  detail: string;
}

export interface GateFacts extends Pick<GuardrailFigures, 'external' | 'baseline'> {
  /** People who changed side, and how many of them have tried. */
  switched: number;
  came: number;
  lastVerdict: Verdict | null;
  hold: RolloutHold | null;
  /** `GUARDRAIL_MIN_USERS`. */
  minUsers: number;
}

export function gatesOf(facts: GateFacts): Gate[] {
  const { external, baseline, switched, came, lastVerdict, hold, minUsers } = facts;
  const needed = Math.min(minUsers, switched);
  const somebody = external.people > 0;
  return [
    {
      gate: 'evidence',
      passed: came >= needed,
      detail: `${came} of ${switched} people who changed side have come, at least ${needed} are needed`,
    },
    gate('faults', somebody ? faultsOf(external, baseline, minUsers) : [], 'no more than before'),
    gate('refusals', somebody ? refusalsOf(external) : [], 'the migration turns hardly anybody away'),
    gate('time', slownessOf(external, baseline, minUsers), 'sign-ins take no longer than they may'),
    {
      gate: 'guardrail',
      passed: lastVerdict !== 'failing',
      detail: lastVerdict === null ? 'no verdict yet' : `the last verdict is ${lastVerdict}`,
    },
    { gate: 'hold', passed: hold === null, detail: hold?.reason ?? 'none stands' },
  ];
}

const gate = (name: Gate['gate'], failings: string[], otherwise: string): Gate => ({
  gate: name,
  passed: failings.length === 0,
  detail: failings.join('; ') || otherwise,
});
