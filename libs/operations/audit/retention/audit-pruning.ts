import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '../audit-trail';
import { PruningRefused, SealerBusy } from '../errors';
import { AuditChain, LEASE } from '../sealing/audit-chain';
import { missingKeys } from '../sealing/audit-keys';
import { AuditSealer } from '../sealing/audit-sealer';
import { ChainVerification } from '../verification/chain-verification';

/** Entries that are removed in one transaction. */
const SET = 1000;
/** Milliseconds between two attempts at the lease. */
const RETRY = 100;

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
  /** The last of them; `null` where nothing is old enough. */
  anchor: { sequence: number; hmac: string } | null;
  findings: number;
}

/**
 * Ends the keeping of old entries. They go from the oldest end only, as far as they are sealed, and the chain records
 * first, under a seal of its own, up to which one: what stays still proves itself, and what went is said.
 */
@Injectable()
export class AuditPruning {
  constructor(
    private readonly database: Database,
    private readonly chain: AuditChain,
    private readonly sealer: AuditSealer,
    private readonly verification: ChainVerification,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Killed between two transactions it leaves a chain that verifies; run again, it removes the rest.
   *
   * @throws PruningRefused, SealerBusy, ConfigurationError without a key that the entries need, ServiceUnavailable
   */
  async run(run: PruningRun): Promise<PruningResult> {
    const { before, by, dryRun = false, despiteFindings = false, onStart, onProgress } = run;
    const { anchor, entries } = await this.anchorOf(before);
    if (anchor === null) return { entries: 0, anchor, findings: 0 };
    const { found, missingKeys: kids } = await this.verification.run({ upTo: anchor.sequence });
    if (kids.length > 0) throw missingKeys(kids);
    if (found > 0 && !despiteFindings && !dryRun) throw new PruningRefused(found);
    const result = { entries, anchor, findings: found };
    if (dryRun) return result;

    await this.audit.record({
      action: 'audit.pruned',
      actor: by,
      subject: 'audit',
      outcome: 'success',
      detail: { ...anchor, entries, before: new Date(before).toISOString(), findings: found },
    });
    await this.sealed();
    onStart?.(entries);
    for (let done = 0, set = 0; (set = await this.removeSet(anchor.sequence)) > 0;)
      onProgress?.((done += set));
    return result;
  }

  /** The last seal before the first entry that is too new, in the order of sealing. An entry that is gone has no age. */
  private async anchorOf(before: number): Promise<Pick<PruningResult, 'anchor' | 'entries'>> {
    let anchor: PruningResult['anchor'] = null;
    for (let entries = 0, after = 0; ;) {
      const rows = await this.chain.page(after, SET);
      for (const { sequence, hmac, entry } of rows) {
        if (entry !== null && entry.at >= before) return { anchor, entries };
        anchor = { sequence, hmac };
        entries++;
        after = sequence;
      }
      if (rows.length < SET) return { anchor, entries };
    }
  }

  /** Waits until the record of the removal has its seal: without one it would prove nothing. */
  private async sealed(): Promise<void> {
    for (let waited = 0; waited <= 2 * LEASE; waited += RETRY) {
      if ((await this.sealer.seal()) !== null) return this.sealer.release();
      await delay(RETRY);
      if ((await this.chain.backlog()).unsealed === 0) return;
    }
    throw new SealerBusy();
  }

  private removeSet(upTo: number): Promise<number> {
    return this.database.transaction(async () => {
      const rows = await this.database.query<{ sequence: number; entryId: number }>(
        `SELECT sequence, entry_id AS entryId FROM cutover_audit_seals WHERE sequence <= ? ORDER BY sequence LIMIT ${SET}`,
        [upTo],
      );
      const last = rows.at(-1);
      if (!last) return 0;
      await this.database.execute(
        `${this.deletion} WHERE id IN (${rows.map(() => '?').join(', ')})`,
        rows.map(({ entryId }) => entryId),
      );
      await this.database.execute('DELETE FROM cutover_audit_seals WHERE sequence <= ?', [last.sequence]);
      return rows.length;
    });
  }

  /** By their key, or MySQL may choose to look at, and wait for, every entry that is being written. */
  private get deletion(): string {
    return this.database.engine === 'mysql'
      ? 'DELETE a FROM audit_log a FORCE INDEX (PRIMARY)'
      : 'DELETE FROM audit_log';
  }
}
