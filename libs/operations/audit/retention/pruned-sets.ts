import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditKeys } from '../audit-keys';
import { entryMac, EntryProof } from '../entry-proof';
import { EVIDENCE } from '../facts/fact';
import { PruningRefused } from '../errors';
import type { AuditChain, SealedRow } from '../sealing/audit-chain';
import { sealOf } from '../sealing/seal';
import { type FlatRow, type TrailRow, trailRow } from '../trail-row';
import { CURRENT, PROVEN_COLUMNS } from '../trails';
import { WriterMarks } from '../writing/writer-marks';

/** Entries that are removed in one transaction. */
const SET = 1000;

const EVIDENCE_COLUMNS =
  'id, at, actor, action, subject, outcome, code, address, request_id, detail, fact, writer, boot, number, kid, mac';

/** Removes the oldest sealed entries; what they prove for good is kept, and whose numbers they were. */
@Injectable()
export class PrunedSets {
  constructor(
    private readonly database: Database,
    private readonly marks: WriterMarks,
    private readonly proof: EntryProof,
    private readonly keys: AuditKeys,
  ) {}

  /**
   * @param upTo a sequence
   * @param isVerified whether all of it is to prove itself: somebody may have put other entries there since that was looked at
   * @returns how many went
   * @throws PruningRefused
   */
  remove(chain: AuditChain, upTo: number, isVerified: boolean): Promise<number> {
    return this.database.transaction(async () => {
      const rows = (await chain.page(Number.MIN_SAFE_INTEGER, SET)).filter(
        ({ sequence }) => sequence <= upTo,
      );
      const last = rows.at(-1);
      if (!last) return 0;
      const changed = isVerified ? rows.filter((row) => !this.isSealed(row)).length : 0;
      if (changed > 0) throw new PruningRefused(changed);
      const entries = rows.flatMap(({ entry }) => (entry ? [entry] : []));
      if (chain.trail === CURRENT) await this.keepWhatCounts(entries);
      const { log, seals } = chain.trail;
      await this.database.execute(
        `${this.deletionFrom(log)} WHERE id IN (${rows.map(() => '?').join(', ')})`,
        rows.map(({ entryId }) => entryId),
      );
      await this.database.execute(`DELETE FROM ${seals} WHERE sequence <= ?`, [last.sequence]);
      return rows.length;
    });
  }

  /** Makes what is kept for good under the current key, so that an old one can go once its entries have. */
  async renew(): Promise<void> {
    await this.marks.renew();
    const { current } = this.keys;
    const rows = await this.database.query<FlatRow>(
      `SELECT ${PROVEN_COLUMNS} FROM cutover_audit_evidence a WHERE a.kid <> ?`,
      [current.kid],
    );
    for (const entry of rows.map(trailRow)) {
      const { proof, ...told } = entry;
      if (proof === null || this.proof.of(entry) !== 'proven') continue;
      await this.database.execute(
        'UPDATE cutover_audit_evidence SET kid = ?, mac = ? WHERE id = ? AND mac = ?',
        [current.kid, entryMac(current, proof, told), entry.id, proof.mac],
      );
    }
  }

  private isSealed(row: SealedRow): boolean {
    return (
      row.entry !== null &&
      this.keys.judge(row.kid, row.hmac, (key) => sealOf(key, row, row.entry as TrailRow)) === 'proven'
    );
  }

  private async keepWhatCounts(entries: readonly TrailRow[]): Promise<void> {
    const proven = entries.filter((entry) => this.proof.of(entry) === 'proven');
    const evidence = proven.filter(({ fact }) => EVIDENCE.some((one) => one === fact));
    if (evidence.length > 0)
      await this.database.execute(
        `INSERT INTO cutover_audit_evidence (${EVIDENCE_COLUMNS})
         SELECT ${EVIDENCE_COLUMNS} FROM cutover_audit_log WHERE id IN (${evidence.map(() => '?').join(', ')})`,
        evidence.map(({ id }) => id),
      );
    const numbersOf = new Map<string, Map<number, boolean>>();
    for (const entry of proven) {
      const { proof } = entry;
      if (proof === null) continue;
      const numbers = numbersOf.get(proof.writer) ?? new Map<number, boolean>();
      numbersOf.set(proof.writer, numbers);
      numbers.set(proof.number, evidence.includes(entry));
    }
    await this.marks.addPruned(numbersOf);
  }

  /** By their key, or MySQL may choose to look at, and wait for, every entry that is being written. */
  private deletionFrom(log: string): string {
    return this.database.engine === 'mysql'
      ? `DELETE a FROM ${log} a FORCE INDEX (PRIMARY)`
      : `DELETE FROM ${log}`;
  }
}
