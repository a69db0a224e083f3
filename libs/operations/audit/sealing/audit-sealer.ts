import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { Metrics } from '../../metrics/metrics';
import { AuditKeys } from '../audit-keys';
import { actionLabel } from '../audit-trail';
import { EntryProof } from '../entry-proof';
import { type Mark, type ReadRoot, type Root, TrailRoot } from '../root/trail-root';
import type { TrailRow } from '../trail-row';
import { WriterMarks } from '../writing/writer-marks';
import { CurrentChain, type Seal } from './audit-chain';
import { broken, ChainAlarm } from './chain-alarm';
import { EarlierPart } from './earlier-part';
import { reachOf, RootCheck, type Seen } from './root-check';
import { sealOf } from './seal';

/** Entries in one transaction. */
const SET = 500;
/** Sets in a row with something wrong, after which it waits for its next turn: a trigger may change whatever is written. */
const MOST_FAULTY = 3;

interface SealedSet {
  seen: Seen;
  /** Of each entry that it sealed. */
  actions: string[];
  isLast: boolean;
  /** What is wrong with the end of the trail that it went on from, or with what waited. */
  faults: string[];
}

/**
 * Chains entries in the order in which it meets them, those of holders of the key and no others. Any number of processes
 * may try: the lease keeps them out of each other's way, and the root, locked before anything is read, keeps two from
 * going on from the same seal.
 */
@Injectable()
export class AuditSealer {
  private readonly logger = new Logger('audit');
  private readonly owner = randomUUID();
  /** The furthest that this process has seen the trail: it may not be shorter, or another one, later. */
  private seen: Seen | null = null;

  constructor(
    private readonly database: Database,
    private readonly chain: CurrentChain,
    private readonly earlier: EarlierPart,
    private readonly root: TrailRoot,
    private readonly check: RootCheck,
    private readonly proof: EntryProof,
    private readonly keys: AuditKeys,
    private readonly marks: WriterMarks,
    private readonly alarm: ChainAlarm,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Seals what waits, in sets, until nothing does. Also looks whether the trail is as it was left.
   *
   * @param goOn asked before each further set
   * @returns how many entries were sealed; `null` where another process does it
   * @throws ServiceUnavailable
   */
  async seal(goOn: () => boolean = () => true): Promise<number | null> {
    let sealed = 0;
    for (let faulty = 0; ;) {
      const set = await this.database.transaction(() => this.set());
      if (set === null) return null;
      this.seen = set.seen;
      sealed += set.actions.length;
      for (const action of set.actions) this.metrics.auditEntries.inc({ action: actionLabel(action) });
      for (const fault of set.faults) this.alarm.sound(fault);
      faulty = set.faults.length > 0 ? faulty + 1 : 0;
      if (set.isLast || faulty === MOST_FAULTY || (faulty === 0 && !goOn())) return sealed;
    }
  }

  /**
   * Remembers a root that this process has read, whoever holds the lease: between two sets somebody may put an older copy of
   * it back.
   *
   * @returns whether it is less than it was
   */
  notice(root: ReadRoot): boolean {
    const { seen } = this;
    if (seen !== null && (root.writers < seen.writers || root.head.sequence < seen.head.sequence))
      return true;
    if (root.authenticity === 'proven') this.seen = { ...root, writersLeft: seen?.writersLeft ?? 0 };
    return false;
  }

  /** Lets another process take over at once. @throws ServiceUnavailable */
  async release(): Promise<void> {
    await this.chain.release(this.owner);
  }

  /** Runs again after a deadlock, so it changes nothing but the database. */
  private async set(): Promise<SealedSet | null> {
    if (!(await this.chain.hold(this.owner))) {
      if (!(await this.root.putBack())) return null;
      await this.chain.hold(this.owner);
    }
    const read = await this.root.lock();
    const last = await this.chain.last(reachOf(read, this.seen));
    const missing = [
      read.authenticity === 'unknown key' ? read.kid : null,
      last && !this.keys.find(last.kid) ? last.kid : null,
    ];
    const [kid] = missing.filter((one) => one !== null);
    if (kid !== undefined) {
      this.logger.error({ kid }, 'the audit trail waits: its end is under a key that is not in AUDIT_KEYS');
      await this.chain.release(this.owner); // another process may have it
      return null;
    }
    const { root, writersLeft, fault } = await this.check.run(read, last, this.seen);
    const waiting = await this.chain.unsealed(SET, this.keys.kids);
    const [good, bad] = [
      waiting.filter((row) => this.isProven(row)),
      waiting.filter((row) => !this.isProven(row)),
    ];
    const forged = whatIsForged(bad);
    const faults = [fault, forged].filter((one) => one !== null);
    // It goes on, or whoever breaks the trail would be rid of it; that it was broken stands in it from here on.
    // Not again for its own record that somebody changed: that would be changed too.
    const isOfAlarms = bad.every(({ action }) => action === 'audit.chain_broken');
    for (const one of faults) if (one !== forged || !isOfAlarms) await this.alarm.recordAt(read.head, one);
    if (bad.length > 0) await this.chain.reject(bad.map(({ id }) => id));
    const head = await this.append(root.head, good);
    const extent = await this.earlier.reach(root);
    const next = faults.reduce(broken<Root>, { ...root, head, ...extent });
    // The record of a fault may be the first entry of its writer.
    const writers = Math.max(next.writers, faults.length > 0 ? await this.marks.last(next.writers) : 0);
    if (isOther(next, read) || faults.length > 0) await this.root.write({ ...next, writers });
    return {
      seen: { ...next, writers, writersLeft },
      actions: good.map(({ action }) => action),
      isLast: faults.length === 0 && waiting.length < SET,
      faults,
    };
  }

  private isProven(row: TrailRow): boolean {
    return this.proof.of(row) === 'proven';
  }

  /** @returns the head that it leads to */
  private async append(from: Mark, entries: readonly TrailRow[]): Promise<Mark> {
    const seals: Seal[] = [];
    const { current } = this.keys;
    for (const entry of entries) {
      const place = {
        sequence: from.sequence + seals.length + 1,
        previous: seals.at(-1)?.hmac ?? from.hmac,
      };
      seals.push({ ...place, entryId: entry.id, kid: current.kid, hmac: sealOf(current, place, entry) });
    }
    if (seals.length === 0) return from;
    await this.chain.append(seals);
    const { sequence, hmac } = seals.at(-1) as Seal;
    return { sequence, hmac };
  }
}

function whatIsForged([first, ...others]: readonly TrailRow[]): string | null {
  if (!first) return null;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `no holder of the key wrote the entry ${first.id}${more}`;
}

const isOther = ({ head, earlier }: Root, read: Root) =>
  head.sequence !== read.head.sequence || (earlier?.sequence ?? null) !== (read.earlier?.sequence ?? null);
