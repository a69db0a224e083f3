import { Injectable } from '@nestjs/common';
import { AuditChain, type Head, type SealedRow } from '../sealing/audit-chain';
import { AuditKeys } from '../sealing/audit-keys';
import { sealOf } from '../sealing/seal';
import { type Finding, Findings, type Pruned, type Verification } from './finding';
import { found, isoTime, Misplaced } from './misplaced';
import { UnsealedEntries } from './unsealed-entries';

/** Seals that are read at once. */
const PAGE = 1000;

export interface VerificationRun {
  /** A head that was kept outside of the database. */
  head?: { sequence: number; hmac: string };
  /** Verifies seals up to this one, and nothing behind it. */
  upTo?: number;
  onStart?: (total: number) => void;
  onProgress?: (done: number) => void;
}

/** What one pass over the chain carries along. */
interface Pass {
  findings: Findings;
  misplaced: Misplaced;
  missingKeys: Set<string>;
  kept: VerificationRun['head'];
  first: SealedRow | null;
  before: SealedRow | null;
  pruned: Pruned | null;
  keptIsThere: boolean;
  sealed: number;
}

/** Proves the trail, or names what is wrong with it. Reads in pages, while the API goes on; changes nothing. */
@Injectable()
export class ChainVerification {
  constructor(
    private readonly chain: AuditChain,
    private readonly keys: AuditKeys,
    private readonly unsealed: UnsealedEntries,
  ) {}

  /** @throws ServiceUnavailable */
  async run({ head: kept, upTo, onStart, onProgress }: VerificationRun = {}): Promise<Verification> {
    const { head, last } = await this.chain.ends();
    const end = Math.min(upTo ?? last, last);
    const pass: Pass = {
      findings: new Findings(),
      misplaced: new Misplaced(this.keys),
      missingKeys: new Set(),
      kept,
      first: null,
      before: null,
      pruned: null,
      keptIsThere: false,
      sealed: 0,
    };
    for (let after = Number.MIN_SAFE_INTEGER; after < end;) {
      // no number below 1 is ours: it is not to be missed
      const rows = (await this.chain.page(after, PAGE)).filter(({ sequence }) => sequence <= end);
      if (rows.length === 0) break;
      if (pass.first === null) onStart?.(end - (rows[0] as SealedRow).sequence + 1);
      for (const row of rows) this.look(row, pass);
      after = (rows.at(-1) as SealedRow).sequence;
      onProgress?.(pass.sealed);
    }
    for (const finding of pass.misplaced.findings()) pass.findings.add(finding);
    this.lookAtStart(pass);
    if (upTo === undefined) this.lookAtEnd(pass, head);
    const waiting = upTo === undefined ? await this.unsealed.look(pass.findings) : 0;
    const { findings, first, before, pruned, sealed, missingKeys } = pass;
    findings.named.sort((one, other) => (one.sequence ?? Infinity) - (other.sequence ?? Infinity));
    return {
      sealed,
      first: first?.sequence ?? null,
      head: before && { sequence: before.sequence, hmac: before.hmac },
      findings: findings.named,
      found: findings.count,
      pruned,
      waiting,
      missingKeys: [...missingKeys].sort(),
      brokenSince: head.brokenAt === null ? null : isoTime(head.brokenAt),
    };
  }

  private look(row: SealedRow, pass: Pass): void {
    const { before, findings, kept } = pass;
    pass.first ??= row;
    pass.before = row;
    pass.sealed++;
    const gap = before !== null && row.sequence !== before.sequence + 1;
    if (before !== null && gap) findings.add(missing(before.sequence + 1, row.sequence - 1, before));
    if (before !== null && !gap && row.previous !== before.hmac)
      findings.add(
        found('unlinked', row, `does not follow the seal ${before.sequence} that stands before it`),
      );
    if (kept?.sequence === row.sequence) {
      pass.keptIsThere = true;
      if (kept.hmac !== row.hmac)
        findings.add(found('head_differs', row, 'is not the seal that the head given with --head names'));
    }
    if (row.entry === null) {
      findings.add(found('removed', row, 'was sealed, and its entry is gone'));
      return;
    }
    const key = this.keys.find(row.kid);
    if (!key) {
      pass.missingKeys.add(row.kid);
      return;
    }
    const { entry } = row;
    if (sealOf(key, row, entry) === row.hmac) pass.pruned = prunedBy(row) ?? pass.pruned;
    else if (!pass.misplaced.add({ ...row, entry }))
      findings.add(found('changed', row, 'is not the entry that was sealed'));
  }

  /** The chain begins at 1, or behind what the latest removal by policy says. */
  private lookAtStart({ first, pruned, findings }: Pass): void {
    if (first === null) return;
    const removed = pruned?.sequence ?? 0;
    if (first.sequence > removed + 1) findings.add(missing(removed + 1, first.sequence - 1, null));
    else if (first.sequence === removed + 1 && first.previous !== (pruned?.hmac ?? ''))
      findings.add(found('unlinked', first, 'does not follow what was removed by policy before it'));
  }

  private lookAtEnd({ before, pruned, kept, keptIsThere, findings }: Pass, head: Head): void {
    const last = before?.sequence ?? 0;
    if (head.sequence > last)
      findings.add(
        tail(last, before, `the sealer had come to ${head.sequence}, and the chain ends at ${last}`),
      );
    else if (last > head.sequence && before)
      findings.add(
        found('inserted', before, `no sealer made it: the last seal of theirs is ${head.sequence}`),
      );
    if (!kept || keptIsThere) return;
    if (kept.sequence > last)
      findings.add(
        tail(last, before, `the head that was kept is ${kept.sequence}, and the chain ends at ${last}`),
      );
    else if (pruned?.sequence === kept.sequence && pruned.hmac !== kept.hmac)
      findings.add({
        ...tail(
          last,
          null,
          'what was removed by policy ended with another seal than the head given with --head',
        ),
        kind: 'head_differs',
        sequence: kept.sequence,
      });
  }
}

/** A removal by policy, where this sealed entry records one. */
function prunedBy({ entry }: SealedRow): Pruned | null {
  if (entry?.action !== 'audit.pruned' || entry.detail === null) return null;
  const detail = JSON.parse(entry.detail) as Record<string, string | number>;
  return {
    sequence: Number(detail['sequence']),
    hmac: String(detail['hmac']),
    entries: Number(detail['entries']),
    before: String(detail['before']),
    by: entry.actor,
    at: new Date(entry.at).toISOString(),
  };
}

const missing = (from: number, to: number, before: SealedRow | null): Finding => ({
  kind: 'removed',
  sequence: from,
  id: null,
  action: null,
  at: null,
  detail:
    (from === to ? 'is gone with its seal' : `up to ${to} are gone with their seals (${to - from + 1})`) +
    (before?.entry ? `, after id ${before.entryId} at ${isoTime(before.entry.at) ?? 'no time'}` : ''),
});

const tail = (last: number, before: SealedRow | null, detail: string): Finding => ({
  kind: 'tail_removed',
  sequence: last + 1,
  id: null,
  action: null,
  at: null,
  detail:
    detail + (before?.entry ? `, with id ${before.entryId} at ${isoTime(before.entry.at) ?? 'no time'}` : ''),
});
