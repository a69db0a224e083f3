import type { AuditKeys } from '../audit-keys';
import type { SealedRow } from '../sealing/audit-chain';
import { sealOf } from '../sealing/seal';
import type { TrailRow } from '../trail-row';
import type { Finding } from './finding';

/** Rows that are compared with each other; the comparison is quadratic. */
const MOST = 300;

/** Rows whose seal does not fit them: another one's in some of them, changed in the others. */
export class Misplaced {
  private readonly rows: (SealedRow & { entry: TrailRow })[] = [];

  constructor(private readonly keys: AuditKeys) {}

  /** @returns false where there is no room for one more, which then counts as changed */
  add(row: SealedRow & { entry: TrailRow }): boolean {
    if (this.rows.length === MOST) return false;
    this.rows.push(row);
    return true;
  }

  findings(): Finding[] {
    return this.rows.map((row) => {
      const other = this.rows.find((candidate) => candidate !== row && this.isOf(row, candidate));
      return other
        ? found('swapped', row, `stands in the place of seal ${other.sequence} (id ${other.entryId})`)
        : found('changed', row, 'is not the entry that was sealed');
    });
  }

  /** Whether the seal of `row` fits what stands at the place of `other`: its content, its row, or its number. */
  private isOf(row: SealedRow & { entry: TrailRow }, other: SealedRow & { entry: TrailRow }): boolean {
    const key = this.keys.find(row.kid);
    if (!key) return false;
    return [
      sealOf(key, row, { ...other.entry, id: row.entryId }),
      sealOf(key, row, other.entry),
      sealOf(key, { ...row, sequence: other.sequence }, row.entry),
      sealOf(key, { ...row, sequence: other.sequence }, other.entry),
    ].includes(row.hmac);
  }
}

export const found = (
  kind: Finding['kind'],
  { sequence, entry, entryId }: Pick<SealedRow, 'sequence' | 'entry' | 'entryId'>,
  detail: string,
): Finding => ({
  kind,
  trail: 'current',
  sequence,
  id: entryId,
  action: entry?.action ?? null,
  at: entry ? isoTime(entry.at) : null,
  detail,
});

/** A row that somebody changed may hold any number. */
export function isoTime(at: number): string | null {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
