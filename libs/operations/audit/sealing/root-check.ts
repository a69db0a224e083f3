import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditKeys } from '../audit-keys';
import type { Mark, ReadRoot, Root } from '../root/trail-root';
import { CurrentChain, EarlierChain, type SealedRow } from './audit-chain';
import { REACH } from '../trails';
import { WriterMarks } from '../writing/writer-marks';
import { sealOf } from './seal';

/** What a process remembers of its last look. */
export interface Seen extends Root {
  /** Rows of writers that were there. */
  writersLeft: number;
}

export interface CheckedRoot {
  root: Root;
  writersLeft: number;
  /** `null` where everything is as it was left. */
  fault: string | null;
}

const START: Mark = { sequence: 0, hmac: '' };

/** Tells whether the trail ends as it was left, before it is gone on with. */
@Injectable()
export class RootCheck {
  constructor(
    private readonly database: Database,
    private readonly chain: CurrentChain,
    private readonly earlier: EarlierChain,
    private readonly keys: AuditKeys,
    private readonly marks: WriterMarks,
  ) {}

  /**
   * In the transaction that has locked the root.
   *
   * @param seen the root as this process left it: nothing may be less than it was
   * @returns from where to go on: no number is given twice, so that what was removed leaves a gap that verification names
   */
  async run(root: ReadRoot, last: SealedRow | null, seen: Seen | null): Promise<CheckedRoot> {
    const writers = await this.writers(Math.max(seen?.writers ?? 0, isProven(root) ? root.writers : 0));
    const fault =
      (await this.whatWentBack(root, seen)) ??
      (isForged(root, last, writers.count)
        ? 'the root of the trail is not what a holder of the key wrote'
        : null) ??
      (seen !== null && writers.count < seen.writersLeft
        ? `of ${seen.writersLeft} writers ${writers.count} are left`
        : null) ??
      this.whatIsWrongAtTheEnd(root, last);
    return {
      root: fault === null ? root : await this.repaired(root, last, seen, writers.last),
      writersLeft: writers.count,
      fault,
    };
  }

  private async whatWentBack({ head, writers, earlier }: Root, seen: Seen | null): Promise<string | null> {
    if (seen === null) return null;
    if (head.sequence < seen.head.sequence)
      return `the head went back from ${seen.head.sequence} to ${head.sequence}`;
    if (writers < seen.writers) return `the count of writers went back from ${seen.writers} to ${writers}`;
    if (seen.earlier !== null && (earlier?.sequence ?? -1) < seen.earlier.sequence)
      return 'the end of the earlier trail was set back';
    const there = seen.head.sequence > 0 ? await this.chain.hmacOf(seen.head.sequence) : null;
    return there !== null && there !== seen.head.hmac
      ? `seal ${seen.head.sequence} is another one than it was`
      : null;
  }

  private whatIsWrongAtTheEnd({ head, pruned }: Root, last: SealedRow | null): string | null {
    if (last === null) return isSameMark(head, pruned) ? null : `every seal up to ${head.sequence} is gone`;
    if (last.sequence !== head.sequence)
      return `the last seal is ${last.sequence}, and the head is ${head.sequence}`;
    if (last.hmac !== head.hmac) return `the last seal, ${last.sequence}, is not the head`;
    if (last.entry === null)
      return `the last sealed entry is gone (seal ${last.sequence}, id ${last.entryId})`;
    const key = this.keys.find(last.kid);
    return key && sealOf(key, last, last.entry) !== last.hmac
      ? `the last sealed entry was changed (seal ${last.sequence}, id ${last.entryId})`
      : null;
  }

  /** What nobody proves counts for nothing: then what this process has seen itself, or the least that is safe. */
  private async repaired(
    root: ReadRoot,
    last: SealedRow | null,
    seen: Seen | null,
    writers: number,
  ): Promise<Root> {
    const proven = isProven(root);
    const [pruned, earlierPruned] = proven
      ? [furthest(root.pruned, seen?.pruned), furthest(root.earlierPruned, seen?.earlierPruned)]
      : [seen?.pruned ?? START, seen?.earlierPruned ?? START];
    return {
      head: furthest(isNear(root, seen) ? root.head : null, last, seen?.head),
      writers: Math.max(writers, seen?.writers ?? 0, proven ? root.writers : 0),
      pruned,
      earlierPruned,
      earlier:
        (proven && root.earlier ? furthest(root.earlier, seen?.earlier) : seen?.earlier) ??
        (await this.endOfEarlier()),
      brokenAt: root.brokenAt ?? seen?.brokenAt ?? null,
      brokenReason: root.brokenReason ?? seen?.brokenReason ?? null,
    };
  }

  /** Without sealing anything of it: what waits there may be what the root was forged for. */
  private async endOfEarlier(): Promise<Mark> {
    const last = await this.earlier.last();
    return last ? { sequence: last.sequence, hmac: last.hmac } : START;
  }

  private async writers(proven: number): Promise<{ count: number; last: number }> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT COUNT(*) AS count FROM cutover_audit_writers',
    );
    return { count: Number(row?.count), last: await this.marks.last(proven) };
  }
}

const isProven = ({ authenticity }: ReadRoot) => authenticity === 'proven';

/** How far a seal may be to count, whoever made it: no number is given twice, and none is given that cannot be counted on from. */
export const reachOf = (root: ReadRoot, seen: Seen | null): number =>
  Math.max(isProven(root) ? root.head.sequence : 0, seen?.head.sequence ?? 0) + REACH;

const isNear = (root: ReadRoot, seen: Seen | null) => root.head.sequence <= reachOf(root, seen);

/** As the schema step left it, it is good for an empty trail only. */
const isForged = ({ authenticity, kid }: ReadRoot, last: SealedRow | null, writers: number) =>
  authenticity === 'forged' || (kid === '' && (last !== null || writers > 0));

const isSameMark = (one: Mark, other: Mark) => one.sequence === other.sequence && one.hmac === other.hmac;

function furthest(...ends: (Mark | null | undefined)[]): Mark {
  const [end] = ends.filter((one) => one != null).sort((one, other) => other.sequence - one.sequence);
  return { sequence: end?.sequence ?? 0, hmac: end?.hmac ?? '' };
}
