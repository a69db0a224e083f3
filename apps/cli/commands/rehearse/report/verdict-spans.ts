import type { GuardrailVerdict } from '@cutover/rollout';

/** The same verdict about the same stage, several times running. */
export interface VerdictSpan {
  stage: string;
  verdict: GuardrailVerdict['verdict'];
  count: number;
  /** RFC 3339, UTC; of the first and the last of them. */
  from: string;
  to: string;
  /** What followed from them. */
  actions: string[];
}

const ACTIONS = { back: 'went back a stage, with a hold', hold: 'a hold' };

/** @param verdicts oldest first */
export function spansOf(verdicts: readonly GuardrailVerdict[]): VerdictSpan[] {
  const spans: VerdictSpan[] = [];
  for (const { at, verdict, action, ...about } of verdicts) {
    const stage = stageOf(about);
    const last = spans.at(-1);
    const actions = action === null ? [] : [ACTIONS[action]];
    if (last?.stage === stage && last.verdict === verdict) {
      last.count++;
      last.to = at;
      last.actions.push(...actions);
    } else {
      spans.push({ stage, verdict, count: 1, from: at, to: at, actions });
    }
  }
  return spans;
}

function stageOf({ stage, percent }: Pick<GuardrailVerdict, 'stage' | 'percent'>): string {
  if (stage === 'percent') return `${percent} %`;
  return stage === 'all' ? '100 %' : stage.replace('-', ' ');
}
