import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { Metrics } from '../../metrics/metrics';
import { actionLabel, AuditTrail } from '../audit-trail';
import { AuditChain, type Head, type Seal, type SealedRow } from './audit-chain';
import { AuditKeys } from './audit-keys';
import { sealOf } from './seal';

/** Entries in one transaction. */
const SET = 500;

interface SealedSet {
  head: Pick<Head, 'sequence' | 'hmac'>;
  /** Of each entry that it sealed; fewer than asked for: there are no more. */
  actions: string[];
  /** What is wrong with the end of the chain that it went on from. */
  broken: string | null;
}

/**
 * Chains entries in the order in which it meets them. Any number of processes may try: the lease keeps them out of each
 * other's way, and the chain's row, locked before anything is read, keeps two from going on from the same seal.
 */
@Injectable()
export class AuditSealer {
  private readonly logger = new Logger('audit');
  private readonly owner = randomUUID();
  /** The furthest that this process has seen the chain: it may not be shorter, or another one, later. */
  private seen: Pick<Head, 'sequence' | 'hmac'> | null = null;

  constructor(
    private readonly database: Database,
    private readonly chain: AuditChain,
    private readonly keys: AuditKeys,
    private readonly audit: AuditTrail,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Seals what waits, in sets, until nothing does. Also looks whether the end of the chain is as it was left.
   *
   * @param goOn asked before each further set
   * @returns how many entries were sealed; `null` where another process does it
   * @throws ServiceUnavailable
   */
  async seal(goOn: () => boolean = () => true): Promise<number | null> {
    let sealed = 0;
    for (;;) {
      const set = await this.database.transaction(() => this.set());
      if (set === null) return null;
      this.seen = set.head;
      sealed += set.actions.length;
      for (const action of set.actions) this.metrics.auditEntries.inc({ action: actionLabel(action) });
      if (set.broken !== null) this.sound(set.broken);
      else if (set.actions.length < SET || !goOn()) return sealed;
    }
  }

  /** Lets another process take over at once. @throws ServiceUnavailable */
  async release(): Promise<void> {
    await this.chain.release(this.owner);
  }

  private sound(broken: string): void {
    this.metrics.auditChainBreaks.inc();
    this.logger.error({ reason: broken, alert: true }, 'the chain of the audit trail is broken');
  }

  /** Runs again after a deadlock, so it changes nothing but the database. */
  private async set(): Promise<SealedSet | null> {
    if (!(await this.chain.hold(this.owner))) return null;
    const head = await this.chain.head();
    const last = await this.chain.last();
    if (last && !this.keys.find(last.kid)) {
      this.logger.error(
        { kid: last.kid },
        'the audit trail waits: its last seal is under a key that is not in AUDIT_KEYS',
      );
      await this.chain.release(this.owner); // another process may have it
      return null;
    }
    const broken = await this.whatIsWrong(head, last);
    if (broken !== null) {
      // It goes on, or whoever breaks the chain would be rid of it; that it was broken stands in it from here on.
      await this.chain.markBroken(broken);
      await this.audit.record({
        action: 'audit.chain_broken',
        actor: 'cutover',
        subject: 'audit',
        outcome: 'failure',
        detail: { reason: broken, sequence: head.sequence, hmac: head.hmac },
      });
    }
    const from = broken === null ? head : furthest(head, last, this.seen);
    const entries = await this.chain.unsealed(SET);
    const seals: Seal[] = [];
    for (const entry of entries) {
      const place = {
        sequence: from.sequence + seals.length + 1,
        previous: seals.at(-1)?.hmac ?? from.hmac,
      };
      const hmac = sealOf(this.keys.current, place, entry);
      seals.push({ ...place, entryId: entry.id, kid: this.keys.current.kid, hmac });
    }
    if (seals.length > 0) {
      await this.chain.append(seals);
      await this.chain.unmark(entries.map(({ id }) => id));
    }
    const { sequence, hmac } = seals.at(-1) ?? from;
    return {
      head: { sequence, hmac },
      actions: entries.map(({ action }) => action),
      broken,
    };
  }

  /** @returns `null` where the chain ends as it was left */
  private async whatIsWrong(head: Head, last: SealedRow | null): Promise<string | null> {
    const { seen } = this;
    if (seen && head.sequence < seen.sequence)
      return `the head went back from ${seen.sequence} to ${head.sequence}`;
    const there = seen && seen.sequence > 0 ? await this.chain.hmacOf(seen.sequence) : null;
    if (seen && there !== null && there !== seen.hmac)
      return `seal ${seen.sequence} is another one than it was`;
    if (last === null) return head.sequence === 0 ? null : `every seal up to ${head.sequence} is gone`;
    if (last.sequence !== head.sequence)
      return `the last seal is ${last.sequence}, and the head is ${head.sequence}`;
    if (last.hmac !== head.hmac) return `the last seal, ${last.sequence}, is not the head`;
    if (last.entry === null)
      return `the last sealed entry is gone (seal ${last.sequence}, id ${last.entryId})`;
    const key = this.keys.find(last.kid);
    if (key && sealOf(key, last, last.entry) !== last.hmac)
      return `the last sealed entry was changed (seal ${last.sequence}, id ${last.entryId})`;
    return null;
  }
}

/** No number is given twice: what was removed leaves a gap that verification names. */
function furthest(...ends: (Pick<Head, 'sequence' | 'hmac'> | null)[]): Pick<Head, 'sequence' | 'hmac'> {
  const [end] = ends.filter((one) => one !== null).sort((one, other) => other.sequence - one.sequence);
  return end as Head;
}
