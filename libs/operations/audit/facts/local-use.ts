import type { TrailRow } from '../trail-row';
import { type Fact, parsedDetail, saidBy } from './fact';

const ACTIONS: readonly string[] = ['sign_in', 'sign_in.fallback'];
const FACTS: readonly (Fact | null)[] = ['local_sign_in', 'fallback'];

/**
 * How often local passwords were used, counted from the very rows that a verification reads: a question of its own could
 * be answered differently by the database, as by a column whose type somebody has changed.
 */
export class LocalUse {
  /** Since when entries that a holder of the key wrote are there, epoch milliseconds; `null` without any. */
  recordedSince: number | null = null;
  signIns = 0;
  fallbacks = 0;
  /** Epoch milliseconds of the last one; `null` without any. */
  lastAt: number | null = null;

  /** @param since epoch milliseconds; what was before that is not counted */
  constructor(private readonly since: number) {}

  /** Whatever cannot be read counts as a sign-in by a local password. */
  add(entry: TrailRow, isProven: boolean): void {
    if (isProven) this.recordedSince = Math.min(this.recordedSince ?? Infinity, entry.at);
    if (!ACTIONS.includes(entry.action) || entry.at < this.since) return;
    const fact = parsedDetail(entry.detail) === null ? 'local_sign_in' : saidBy(entry);
    if (!FACTS.includes(fact)) return;
    if (fact === 'fallback') this.fallbacks++;
    else this.signIns++;
    this.lastAt = Math.max(this.lastAt ?? 0, entry.at);
  }
}
