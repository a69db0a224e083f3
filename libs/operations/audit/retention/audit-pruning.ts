import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { missingKeys } from '../audit-keys';
import { AuditTrail } from '../audit-trail';
import { PruningRefused } from '../errors';
import { type Mark, TrailRoot } from '../root/trail-root';
import { type AuditChain, CurrentChain, EarlierChain } from '../sealing/audit-chain';
import { AuditSealer } from '../sealing/audit-sealer';
import { ChainVerification } from '../verification/chain-verification';
import { PrunedSets } from './pruned-sets';

/** Seals that are read at once. */
const PAGE = 1000;

export interface PruningRun {
  /** Epoch milliseconds: what is older goes. */
  before: number;
  /** Who asked for it. */
  by: string;
  dryRun?: boolean;
  /** Removes also what does not verify, which stands in the record of the removal. */
  despiteFindings?: boolean;
  onStart?: (total: number) => void;
  onProgress?: (done: number) => void;
}

export interface PruningResult {
  /** Entries that were, or would be, removed. */
  entries: number;
  /** Those of them that the first release wrote. */
  earlierEntries: number;
  /** The last of the others; `null` where none of them is old enough. */
  anchor: Mark | null;
  findings: number;
}

/** What is old enough, of one chain. */
interface Old {
  anchor: Mark | null;
  entries: number;
}

/**
 * Ends the keeping of old entries. They go from the oldest end only, as far as they are sealed, and the root says first up
 * to which one: what stays still proves itself, and what went is on record.
 */
@Injectable()
export class AuditPruning {
  constructor(
    private readonly database: Database,
    private readonly current: CurrentChain,
    private readonly earlier: EarlierChain,
    private readonly root: TrailRoot,
    private readonly sealer: AuditSealer,
    private readonly verification: ChainVerification,
    private readonly audit: AuditTrail,
    private readonly sets: PrunedSets,
  ) {}

  /**
   * Killed between two transactions it leaves a chain that verifies; run again, it removes the rest.
   *
   * @throws PruningRefused, ConfigurationError without a key that the entries need, ServiceUnavailable
   */
  async run(run: PruningRun): Promise<PruningResult> {
    const { before, by, dryRun = false, despiteFindings = false, onStart, onProgress } = run;
    // Of one instant: what is taken for old is what is verified.
    const { now, first, findings } = await this.database.snapshot(() => this.survey(before));
    const result = {
      entries: now.entries + first.entries,
      earlierEntries: first.entries,
      anchor: now.anchor,
    };
    if (result.entries === 0) return { ...result, findings: 0 };
    if (findings > 0 && !despiteFindings && !dryRun) throw new PruningRefused(findings);
    if (dryRun) return { ...result, findings };

    await this.announce({ now, first, before, by, findings });
    onStart?.(result.entries);
    let done = 0;
    for (const [chain, { anchor }] of [
      [this.earlier, first],
      [this.current, now],
    ] as const)
      for (
        let set = 0;
        anchor !== null && (set = await this.sets.remove(chain, anchor.sequence, findings === 0)) > 0;
      )
        onProgress?.((done += set));
    await this.sets.renew();
    await this.sealer.seal(); // where no API does it, what remains proves itself at once
    await this.sealer.release();
    return { ...result, findings };
  }

  /** As one: that it is on record, and that the root says so. */
  private announce(about: {
    now: Old;
    first: Old;
    before: number;
    by: string;
    findings: number;
  }): Promise<void> {
    const { now, first, before, by, findings } = about;
    return this.database.transaction(async () => {
      await this.audit.record({
        action: 'audit.pruned',
        actor: by,
        subject: 'audit',
        outcome: 'success',
        detail: {
          sequence: now.anchor?.sequence ?? 0,
          hmac: now.anchor?.hmac ?? '',
          entries: now.entries,
          earlierSequence: first.anchor?.sequence ?? 0,
          earlierHmac: first.anchor?.hmac ?? '',
          earlierEntries: first.entries,
          before: new Date(before).toISOString(),
          findings,
        },
      });
      const root = await this.root.lock();
      if (root.authenticity === 'unknown key') throw missingKeys([root.kid]);
      if (root.authenticity === 'forged') throw new PruningRefused(1);
      await this.root.write({
        ...root,
        pruned: now.anchor ?? root.pruned,
        earlierPruned: first.anchor ?? root.earlierPruned,
      });
    });
  }

  private async survey(before: number): Promise<{ now: Old; first: Old; findings: number }> {
    const now = await this.oldOf(this.current, before);
    const first = await this.oldOf(this.earlier, before);
    const isNothing = now.anchor === null && first.anchor === null;
    return { now, first, findings: isNothing ? 0 : await this.findingsIn(now, first) };
  }

  private async findingsIn(now: Old, first: Old): Promise<number> {
    const parts = [
      await this.verification.part(this.current, now.anchor?.sequence ?? 0),
      await this.verification.part(this.earlier, first.anchor?.sequence ?? 0),
    ];
    const kids = parts.flatMap((part) => [...part.missingKeys]);
    if (kids.length > 0) throw missingKeys([...new Set(kids)]);
    return parts.reduce((sum, { count }) => sum + count, 0);
  }

  /** Up to the last seal before the first entry that is too new, in the order of sealing. An entry that is gone has no age. */
  private async oldOf(chain: AuditChain, before: number): Promise<Old> {
    let anchor: Mark | null = null;
    for (let entries = 0, after = 0; ;) {
      const rows = await chain.page(after, PAGE);
      for (const { sequence, hmac, entry } of rows) {
        if (entry !== null && entry.at >= before) return { anchor, entries };
        anchor = { sequence, hmac };
        entries++;
        after = sequence;
      }
      if (rows.length < PAGE) return { anchor, entries };
    }
  }
}
