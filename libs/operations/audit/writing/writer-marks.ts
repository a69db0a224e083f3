import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditKeys, missingKeys } from '../audit-keys';
import { type Authenticity, macOf } from '../authentication';
import { TrailRoot } from '../root/trail-root';
import { asNumber, REACH } from '../trails';
import { RemovedNumbers } from './removed-numbers';

/**
 * `open`: it may write more. `closed`: it has said which its last one is. `given_up`: it ended without that, and an
 * operator has looked.
 */
export type WriterState = 'open' | 'closed' | 'given_up';

/** Milliseconds without a mark after which a writer is taken to have ended. */
export const SILENCE = 30_000;

/** Which of its numbers a writer has committed: all up to `upTo` that are neither pending nor void. */
export interface WriterMark {
  /** Of all writers of this trail, counted from 1 without a gap. */
  ordinal: number;
  writer: string;
  boot: number;
  state: WriterState;
  /** Epoch milliseconds. */
  at: number;
  upTo: number;
  /** Ranges of numbers whose transaction is under way. */
  pending: string;
  /** Ranges of numbers whose transaction was undone. */
  voided: string;
}

/** As it stands in the table. */
export interface ReadMark extends WriterMark {
  kid: string;
  mac: string;
  authenticity: Authenticity;
  /** A {@link RemovedNumbers} as text: what was removed by policy, as far as whoever removed it proves it. */
  pruned: { numbers: string; kid: string; authenticity: Authenticity };
}

type Row = WriterMark & { kid: string; mac: string; pruned: string; prunedKid: string; prunedMac: string };

const COLUMNS = `${asNumber('ordinal', 'ordinal')}, writer, ${asNumber('boot', 'boot')}, state,
  ${asNumber('at', 'at')}, ${asNumber('up_to', 'upTo')}, pending, voided, kid, mac,
  pruned, pruned_kid AS prunedKid, pruned_mac AS prunedMac`;

/** The rows in which writers, under their MAC, say how far they have come. */
@Injectable()
export class WriterMarks {
  constructor(
    private readonly database: Database,
    private readonly keys: AuditKeys,
    private readonly root: TrailRoot,
  ) {}

  /**
   * Gives a writer its place, in the transaction that is under way. A root that is not proven stays as it is, so that
   * it goes on being found.
   *
   * @throws ConfigurationError where the root's key is not configured, ServiceUnavailable
   */
  async register(writer: string, boot: number): Promise<WriterMark & { mac: string }> {
    const root = await this.root.lock();
    if (root.authenticity === 'unknown key') throw missingKeys([root.kid]);
    // A place that was taken is not given again; what a forged root says counts for nothing.
    const taken = root.authenticity === 'proven' ? root.writers : 0;
    const ordinal = Math.max(await this.last(taken), taken) + 1;
    const mark: WriterMark = {
      ordinal,
      writer,
      boot,
      state: 'open',
      at: Date.now(),
      upTo: 0,
      pending: '',
      voided: '',
    };
    const mac = this.macOf(mark);
    await this.database.execute(
      `INSERT INTO cutover_audit_writers
         (ordinal, writer, boot, state, at, up_to, pending, voided, kid, mac, pruned, pruned_kid, pruned_mac)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '')`,
      [ordinal, writer, boot, mark.state, mark.at, 0, '', '', this.keys.current.kid, mac],
    );
    const isUntouched = root.kid === '';
    if (root.authenticity === 'proven' && (!isUntouched || ordinal === 1))
      await this.root.write({ ...root, writers: ordinal });
    return { ...mark, mac };
  }

  /** @param macs of what it may be now. @returns the MAC of the new mark; `null` where somebody changed or removed it */
  async move(mark: WriterMark, macs: readonly string[]): Promise<string | null> {
    const { ordinal, state, at, upTo, pending, voided } = mark;
    const mac = this.macOf(mark);
    const { affected } = await this.database.execute(
      `UPDATE cutover_audit_writers SET state = ?, at = ?, up_to = ?, pending = ?, voided = ?, kid = ?, mac = ?
       WHERE ordinal = ? AND mac IN (${macs.map(() => '?').join(', ')})`,
      [state, at, upTo, pending, voided, this.keys.current.kid, mac, ordinal, ...macs],
    );
    return affected === 1 ? mac : null;
  }

  macOf(
    { ordinal, writer, boot, state, at, upTo, pending, voided }: WriterMark,
    key = this.keys.current,
  ): string {
    return macOf(key, 'cutover.audit.mark.1', [ordinal, writer, boot, state, at, upTo, pending, voided]);
  }

  /** @throws ServiceUnavailable */
  async all(): Promise<ReadMark[]> {
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM cutover_audit_writers ORDER BY ordinal`,
    );
    return rows.map((row) => this.readOf(row));
  }

  /**
   * Adds numbers to those that were removed by policy, in the transaction that removes them.
   *
   * @param numbersOf of each writer, with whether the entry is kept as evidence
   */
  async addPruned(numbersOf: ReadonlyMap<string, ReadonlyMap<number, boolean>>): Promise<void> {
    if (numbersOf.size === 0) return;
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM cutover_audit_writers WHERE writer IN (${[...numbersOf].map(() => '?').join(', ')})
       ORDER BY ordinal${this.database.engine === 'mysql' ? ' FOR UPDATE' : ''}`,
      [...numbersOf.keys()],
    );
    for (const mark of rows.map((row) => this.readOf(row))) {
      if (mark.pruned.authenticity !== 'proven') continue; // what it said stays unproven, and is found
      const removed = RemovedNumbers.parse(mark.pruned.numbers);
      for (const [number, isKept] of numbersOf.get(mark.writer) ?? []) removed.add(number, isKept);
      await this.putPruned(mark, String(removed));
    }
  }

  /** Puts what is proven of writers that have ended under the current key: they will not do it. */
  async renew(): Promise<void> {
    const { kid } = this.keys.current;
    for (const mark of await this.all()) {
      if (mark.state !== 'open' && mark.kid !== kid && mark.authenticity === 'proven')
        await this.move(mark, [mark.mac]);
      const { pruned } = mark;
      if (pruned.kid !== '' && pruned.kid !== kid && pruned.authenticity === 'proven')
        await this.putPruned(mark, pruned.numbers);
    }
  }

  /** `null` where no such writer has registered. */
  async find(writer: string): Promise<ReadMark | null> {
    const [row] = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM cutover_audit_writers WHERE writer = ?`,
      [writer],
    );
    return row ? this.readOf(row) : null;
  }

  /** The newest that is there; 0 where none is. @param proven one that is known: what is far beyond it is none of ours */
  async last(proven: number): Promise<number> {
    const [row] = await this.database.query<{ last: number | null }>(
      'SELECT MAX(ordinal) AS last FROM cutover_audit_writers WHERE ordinal <= ?',
      [proven + REACH],
    );
    return Number(row?.last ?? 0);
  }

  private async putPruned(mark: WriterMark, pruned: string): Promise<void> {
    await this.database.execute(
      'UPDATE cutover_audit_writers SET pruned = ?, pruned_kid = ?, pruned_mac = ? WHERE ordinal = ?',
      [pruned, this.keys.current.kid, this.prunedMacOf(mark, pruned), mark.ordinal],
    );
  }

  private prunedMacOf({ ordinal, writer }: WriterMark, pruned: string, key = this.keys.current): string {
    return macOf(key, 'cutover.audit.pruned.1', [ordinal, writer, pruned]);
  }

  private readOf({ pruned, prunedKid, prunedMac, kid, mac, ...row }: Row): ReadMark {
    const mark: WriterMark = {
      ...row,
      ordinal: Number(row.ordinal),
      boot: Number(row.boot),
      at: Number(row.at),
      upTo: Number(row.upTo),
    };
    return {
      ...mark,
      kid,
      mac,
      authenticity: this.keys.judge(kid, mac, (key) => this.macOf(mark, key)),
      pruned: {
        numbers: pruned,
        kid: prunedKid,
        authenticity:
          `${pruned}${prunedKid}${prunedMac}` === ''
            ? 'proven'
            : this.keys.judge(prunedKid, prunedMac, (key) => this.prunedMacOf(mark, pruned, key)),
      },
    };
  }
}
