import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditKeys } from '../audit-keys';
import { EntryProof } from '../entry-proof';
import { type Mark, type ReadRoot, TrailRoot } from '../root/trail-root';
import { type AuditChain, CurrentChain, EarlierChain, type SealedRow } from '../sealing/audit-chain';
import { type FlatRow, type TrailRow, trailRow } from '../trail-row';
import { CURRENT, EARLIER, PROVEN_COLUMNS } from '../trails';
import { type ReadMark, WriterMarks } from '../writing/writer-marks';
import { ChainWalk } from './chain-walk';
import { EntriesWalk } from './entries-walk';
import { EvidenceCheck } from './evidence-check';
import { Findings, general, type Verification } from './finding';
import { isoTime } from './misplaced';
import { WritersCheck } from './writers-check';

export interface VerificationRun {
  /** A head that was kept outside of the database. */
  head?: Mark;
  /** Told of each entry that is there. @param isProven whether a holder of a key wrote it; those of the first release never are */
  onEntry?: (entry: TrailRow, isProven: boolean) => void;
  onStart?: (total: number) => void;
  onProgress?: (done: number) => void;
}

interface Ends {
  root: ReadRoot;
  last: number;
  earlierHead: Mark & { brokenAt: number | null };
  earlierLast: number;
  marks: ReadMark[];
  evidence: TrailRow[];
}

/** Proves the trail, or names what is wrong with it. Reads in pages, while the API goes on; changes nothing. */
@Injectable()
export class ChainVerification {
  constructor(
    private readonly database: Database,
    private readonly root: TrailRoot,
    private readonly current: CurrentChain,
    private readonly earlier: EarlierChain,
    private readonly marks: WriterMarks,
    private readonly proof: EntryProof,
    private readonly keys: AuditKeys,
  ) {}

  /** @throws ServiceUnavailable */
  async run({ head: kept, onEntry, onStart, onProgress }: VerificationRun = {}): Promise<Verification> {
    const findings = new Findings();
    const ends = await this.ends();
    const { root, earlierHead, marks } = ends;
    const watch = [...(kept ? [kept.sequence] : []), ...(root.earlier ? [root.earlier.sequence] : [])];
    const before = new ChainWalk(this.earlier, this.keys, findings);
    await before.run({ end: ends.earlierLast, watch });
    const now = new ChainWalk(this.current, this.keys, findings);
    await now.run({ end: ends.last, watch, onStart, onProgress });
    lookAtRoot(ends, findings);
    lookAtEarlier(before, root, earlierHead, findings);
    now.beginsBehind(root.pruned);
    now.endsAt(root.head, root.pruned);
    if (kept) lookForKept(kept, [now, before], root, findings);
    const old = await new EntriesWalk(this.database, EARLIER, this.proof, findings, onEntry).run();
    const entries = await new EntriesWalk(this.database, CURRENT, this.proof, findings, onEntry).run();
    new EvidenceCheck(findings, this.proof).run(ends.evidence, marks);
    const writers = new WritersCheck(findings, Date.now());
    writers.run(root, marks, entries.numbersOf);
    writers.strangers(await this.strangers([...entries.numbersOf.keys()], marks));
    findings.named.sort((one, other) => (one.sequence ?? Infinity) - (other.sequence ?? Infinity));
    const brokenAt = root.brokenAt ?? earlierHead.brokenAt;
    return {
      sealed: now.sealed,
      first: now.first?.sequence ?? null,
      head: markOf(now.last),
      findings: findings.named,
      found: findings.count,
      pruned: now.pruned,
      waiting: entries.waiting + old.waiting,
      missingKeys: [...findings.missingKeys].sort(),
      brokenSince: brokenAt === null ? null : isoTime(brokenAt),
      writers: writers.summary,
      earlier: {
        sealed: before.sealed,
        first: before.first?.sequence ?? null,
        head: markOf(before.last),
        closed: root.earlier !== null,
        added: root.earlier === null ? 0 : Math.max(0, (before.last?.sequence ?? 0) - root.earlier.sequence),
      },
    };
  }

  /** Of one part of a chain, for whoever is going to remove it. @throws ServiceUnavailable */
  async part(chain: AuditChain, end: number): Promise<Findings> {
    const findings = new Findings();
    await new ChainWalk(chain, this.keys, findings).run({ end });
    return findings;
  }

  /** Of one instant. */
  private ends(): Promise<Ends> {
    return this.database.snapshot(async () => ({
      root: await this.root.read(),
      last: await this.current.lastSequence(),
      earlierHead: await this.earlier.head(),
      earlierLast: await this.earlier.lastSequence(),
      marks: await this.marks.all(),
      evidence: (
        await this.database.query<FlatRow>(
          `SELECT ${PROVEN_COLUMNS} FROM cutover_audit_evidence a ORDER BY a.id`,
        )
      ).map(trailRow),
    }));
  }

  /** Those that registered after the marks were read are none. */
  private async strangers(writers: readonly string[], marks: readonly ReadMark[]): Promise<string[]> {
    const known = new Set(marks.map(({ writer }) => writer));
    const unknown = writers.filter((writer) => !known.has(writer));
    if (unknown.length === 0) return [];
    const now = new Set((await this.marks.all()).map(({ writer }) => writer));
    return unknown.filter((writer) => !now.has(writer));
  }
}

function lookAtRoot({ root, last, marks }: Ends, findings: Findings): void {
  const { authenticity, kid, brokenAt, brokenReason } = root;
  if (authenticity === 'unknown key') findings.missingKeys.add(kid);
  // As the schema step leaves it, it is good for an empty trail only.
  if (authenticity === 'forged' || (kid === '' && (last > 0 || marks.length > 0)))
    findings.add(general('root_forged', 'the root of the trail is not what a holder of a key wrote'));
  if (brokenAt !== null)
    findings.add(
      general(
        'broken',
        `a process found: ${brokenReason ?? 'no reason'}. "cutover audit acknowledge" ends this`,
        {
          at: isoTime(brokenAt),
        },
      ),
    );
}

function lookAtEarlier(walk: ChainWalk, root: ReadRoot, head: Ends['earlierHead'], findings: Findings): void {
  if (head.brokenAt !== null)
    findings.add(
      general('broken', 'a process of the first release found its trail changed', {
        trail: 'earlier',
        at: isoTime(head.brokenAt),
      }),
    );
  if (root.earlier === null) {
    walk.beginsBehind(walk.pruned ?? { sequence: 0, hmac: '' });
    walk.endsAt(head, root.earlierPruned);
    return;
  }
  walk.beginsBehind(root.earlierPruned);
  walk.endsAt(head.sequence > root.earlier.sequence ? head : root.earlier, root.earlierPruned);
  walk.passes(root.earlier);
}

/** A head that was kept elsewhere: the chain went through it, or it is not the one. */
function lookForKept(kept: Mark, walks: readonly ChainWalk[], root: ReadRoot, findings: Findings): void {
  const there = walks.map(({ watched }) => watched.get(kept.sequence)).filter((hmac) => hmac !== undefined);
  if (there.includes(kept.hmac)) return;
  const last = Math.max(...walks.map((walk) => walk.last?.sequence ?? 0));
  const removed = Math.max(root.pruned.sequence, root.earlierPruned.sequence);
  if (there.length === 0 && kept.sequence > last)
    findings.add(
      general('tail_removed', `the head that was kept is ${kept.sequence}, and the chain ends at ${last}`, {
        sequence: last + 1,
      }),
    );
  else if (kept.sequence <= removed)
    findings.add(
      general(
        'head_pruned',
        `was removed by policy, up to ${removed}: nothing shows that the chain went through it`,
        {
          sequence: kept.sequence,
        },
      ),
    );
  else
    findings.add(
      general('head_differs', 'is not the seal that the head given with --head names', {
        sequence: kept.sequence,
      }),
    );
}

const markOf = (row: SealedRow | null): Mark | null => row && { sequence: row.sequence, hmac: row.hmac };
