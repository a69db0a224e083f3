import { isPromotion } from './direction';
import type { RolloutPolicy } from './rollout-policy';

/** Decisions in a row that reach the same people; a hold that is set or lifted in between changes nothing of that. */
export interface Stretch {
  /** The decision in force. */
  current: RolloutPolicy;
  /** Epoch milliseconds at which the first of them was made. */
  since: number;
  /** Epoch milliseconds from which evidence counts: since then, and since a person last lifted a hold. */
  evidenceSince: number;
  /** The decision before it; `null` where there is none. */
  before: RolloutPolicy | null;
}

/** @param history newest first, at least the decision in force */
export function stretchOf(history: readonly RolloutPolicy[]): Stretch {
  const [current] = history;
  if (!current) throw new Error('there is always a decision in force');
  const end = history.findIndex((policy) => !reachesTheSame(policy, current));
  const stretch = end === -1 ? history : history.slice(0, end);
  const since = stretch.at(-1)?.changedAt ?? current.changedAt;
  const lifted = stretch.find(({ hold }, index) => hold === null && history[index + 1]?.hold);
  return {
    current,
    since,
    evidenceSince: Math.max(since, lifted?.changedAt ?? since),
    before: (end === -1 ? null : history[end]) ?? null,
  };
}

/** The latest decision that reaches fewer people than the one in force, and that has not gone bad itself. */
export function lastGood(
  history: readonly RolloutPolicy[],
  wentBad: (policy: RolloutPolicy) => boolean,
): RolloutPolicy | null {
  const [current] = history;
  if (!current) return null;
  return history.find((policy) => isPromotion(policy, current) && !wentBad(policy)) ?? null;
}

function reachesTheSame(one: RolloutPolicy, other: RolloutPolicy): boolean {
  if (one.stage !== other.stage) return false;
  if (one.stage === 'percent' && one.percent !== other.percent) return false;
  const people = new Set(other.testUserIds);
  return one.testUserIds.length === people.size && one.testUserIds.every((id) => people.has(id));
}
