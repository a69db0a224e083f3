import { AuditKeys } from '../audit-keys';
import type { Mark } from '../root/trail-root';
import type { AuditChain, SealedRow } from '../sealing/audit-chain';
import { sealOf } from '../sealing/seal';
import { CURRENT } from '../trails';
import { type Finding, Findings, general, type Pruned } from './finding';
import { found, isoTime, Misplaced } from './misplaced';
import { prunedBy } from './pruned-by';

/** Seals that are read at once. */
const PAGE = 1000;

export interface WalkOptions {
  /** The last seal that counts. */
  end: number;
  /** Places of which the seal is to be remembered. */
  watch?: readonly number[] | undefined;
  onStart?: ((total: number) => void) | undefined;
  onProgress?: ((done: number) => void) | undefined;
}

/** One pass over the seals of a chain and their entries, in pages, while processes go on. */
export class ChainWalk {
  sealed = 0;
  first: SealedRow | null = null;
  last: SealedRow | null = null;
  /** The latest removal that an entry records. */
  pruned: Pruned | null = null;
  /** HMACs at the places that were asked for, as far as they are there. */
  readonly watched = new Map<number, string>();
  private readonly misplaced: Misplaced;
  private readonly trail: Finding['trail'];

  constructor(
    private readonly chain: AuditChain,
    private readonly keys: AuditKeys,
    private readonly findings: Findings,
  ) {
    this.misplaced = new Misplaced(keys);
    this.trail = chain.trail === CURRENT ? 'current' : 'earlier';
  }

  /** @throws ServiceUnavailable */
  async run({ end, watch = [], onStart, onProgress }: WalkOptions): Promise<this> {
    for (let after = Number.MIN_SAFE_INTEGER; after < end;) {
      // no number below 1 is ours: it is not to be missed
      const rows = (await this.chain.page(after, PAGE)).filter(({ sequence }) => sequence <= end);
      const [first, last] = [rows[0], rows.at(-1)];
      if (!first || !last || last.sequence <= after) break; // beyond 2^53 numbers are rounded to each other
      if (this.first === null) onStart?.(end - first.sequence + 1);
      for (const row of rows) {
        this.look(row);
        if (watch.includes(row.sequence)) this.watched.set(row.sequence, row.hmac);
      }
      after = last.sequence;
      onProgress?.(this.sealed);
    }
    for (const finding of this.misplaced.findings()) this.add(finding);
    return this;
  }

  /** The chain begins at 1, or behind what was removed by policy. @param removed up to where that was */
  beginsBehind(removed: Mark): void {
    const { first } = this;
    if (first === null) return;
    if (first.sequence > removed.sequence + 1)
      this.add(missing(removed.sequence + 1, first.sequence - 1, null));
    else if (first.sequence === removed.sequence + 1 && first.previous !== removed.hmac)
      this.add(found('unlinked', first, 'does not follow what was removed by policy before it'));
  }

  /** @param head where its sealers had come to */
  endsAt(head: Mark, removed: Mark): void {
    const last = this.last?.sequence ?? removed.sequence;
    if (head.sequence > last)
      this.add(
        general(
          'tail_removed',
          `the sealer had come to ${head.sequence}, and the chain ends at ${last}${behind(this.last, ', with')}`,
          { sequence: last + 1 },
        ),
      );
    else if (this.last && last > head.sequence)
      this.add(
        found('inserted', this.last, `no sealer made it: the last seal of theirs is ${head.sequence}`),
      );
    else if (this.last && this.last.hmac !== head.hmac)
      this.add(found('unlinked', this.last, 'is not the head that the sealer had come to'));
  }

  /** @param mark a place of it that somebody vouches for, which was watched */
  passes(mark: Mark): void {
    const hmac = this.watched.get(mark.sequence);
    if (hmac !== undefined && hmac !== mark.hmac)
      this.add(general('changed', 'is another seal than it was', { sequence: mark.sequence }));
  }

  private look(row: SealedRow): void {
    const { last: before } = this;
    this.first ??= row;
    this.last = row;
    this.sealed++;
    const gap = before !== null && row.sequence !== before.sequence + 1;
    if (before !== null && gap) this.add(missing(before.sequence + 1, row.sequence - 1, before));
    if (before !== null && !gap && row.previous !== before.hmac)
      this.add(found('unlinked', row, `does not follow the seal ${before.sequence} that stands before it`));
    if (row.entry === null) {
      this.add(found('removed', row, 'was sealed, and its entry is gone'));
      return;
    }
    const key = this.keys.find(row.kid);
    if (!key) {
      this.findings.missingKeys.add(row.kid);
      return;
    }
    const { entry } = row;
    if (entry.proof && !this.keys.find(entry.proof.kid)) this.findings.missingKeys.add(entry.proof.kid);
    if (sealOf(key, row, entry) === row.hmac) this.pruned = prunedBy(entry) ?? this.pruned;
    else if (!this.misplaced.add({ ...row, entry }))
      this.add(found('changed', row, 'is not the entry that was sealed'));
  }

  private add(finding: Finding): void {
    this.findings.add({ ...finding, trail: this.trail });
  }
}

const missing = (from: number, to: number, before: SealedRow | null): Finding =>
  general(
    'removed',
    (from === to ? 'is gone with its seal' : `up to ${to} are gone with their seals (${to - from + 1})`) +
      behind(before, ', after'),
    { sequence: from },
  );

const behind = (row: SealedRow | null, word: string) =>
  row?.entry ? `${word} id ${row.entryId} at ${isoTime(row.entry.at) ?? 'no time'}` : '';
