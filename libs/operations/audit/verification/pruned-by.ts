import { parsedDetail } from '../facts/fact';
import type { TrailRow } from '../trail-row';
import type { Pruned } from './finding';

/** A removal by policy, where this entry, which is proven, records one. */
export function prunedBy({ action, actor, at, detail: text }: TrailRow): Pruned | null {
  if (action !== 'audit.pruned') return null;
  const detail = parsedDetail(text);
  if (detail === null) return null;
  return {
    sequence: Number(detail['sequence']),
    hmac: String(detail['hmac']),
    entries: Number(detail['entries']),
    before: String(detail['before']),
    by: actor,
    at: new Date(at).toISOString(),
  };
}
