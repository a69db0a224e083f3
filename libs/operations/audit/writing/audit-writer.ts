import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditKeys } from '../audit-keys';
import { entryMac, type Told } from '../entry-proof';
import { WriterMarks, type WriterState } from './writer-marks';
import { WriterRecord } from './writer-record';

/** The first id on SQLite, which keeps no count of its own: the first release's ids never come there. */
const FIRST_ID = 10_000_000_001;

/** Milliseconds after which a transaction whose answer was lost has ended, or is waited for. */
const PATIENCE = 5000;

const COLUMNS =
  'id, at, actor, action, subject, outcome, code, address, request_id, detail, fact, writer, boot, number, kid, mac';
const PLACES = COLUMNS.split(', ')
  .slice(1)
  .map(() => '?')
  .join(', ');

/**
 * Writes entries under the MAC and the number of this process, in the transaction that is under way: numbers come from
 * memory, so that nobody waits for another. Every second it says, under MAC, which numbers it has committed.
 */
@Injectable()
export class AuditWriter {
  /** `null` before the first entry, and after one that was ended. */
  private current: WriterRecord | null = null;
  private readonly records = new Set<WriterRecord>();
  private readonly registering = new WeakMap<object, WriterRecord>();
  /** Writers of this process whose mark somebody else has changed or removed, until that is {@link told}. */
  private readonly lost = new Set<string>();
  private marking: Promise<string[]> | null = null;

  constructor(
    private readonly database: Database,
    private readonly keys: AuditKeys,
    private readonly marks: WriterMarks,
  ) {}

  /** Takes a place among the writers ahead of the first entry. @throws ConfigurationError, ServiceUnavailable */
  async open(): Promise<void> {
    if (this.current === null) await this.database.transaction(() => this.register());
  }

  /**
   * In one statement. The first entry of a process also takes its place among the writers.
   *
   * @param entries at least one
   * @throws ConfigurationError where a key is missing, ServiceUnavailable
   */
  async insert(entries: readonly Told[]): Promise<void> {
    const { scope } = this.database;
    const record = this.current ?? (scope && this.registering.get(scope));
    if (record) return this.insertAs(record, entries);
    await this.database.transaction(async () => this.insertAs(await this.register(), entries));
  }

  /**
   * Says how far this process has come, where that is due.
   *
   * @returns writers of it whose mark somebody else has changed or removed, and of which nobody has told yet
   * @throws ServiceUnavailable
   */
  mark(now = Date.now()): Promise<string[]> {
    this.marking ??= this.markAll('open', now).finally(() => {
      this.marking = null;
    });
    return this.marking;
  }

  /** Says which its last entries are. What is written later begins another record. Else as {@link mark}. */
  async close(now = Date.now()): Promise<string[]> {
    await this.marking?.catch(() => undefined);
    this.current = null;
    return this.markAll('closed', now);
  }

  /** Whether entries were written that are not ended. */
  get isOpen(): boolean {
    return this.records.size > 0;
  }

  /** That the mark of this writer was lost is on record. */
  told(writer: string): void {
    this.lost.delete(writer);
  }

  private async register(): Promise<WriterRecord> {
    const record = new WriterRecord();
    record.registered(await this.marks.register(record.writer, record.boot));
    const { scope } = this.database;
    if (scope) this.registering.set(scope, record);
    this.database.afterwards((outcome) => {
      if (outcome !== 'committed') return; // undone with all that it wrote; if not, it is one that ended without a mark
      this.records.add(record);
      this.current ??= record;
    });
    return record;
  }

  private async insertAs(record: WriterRecord, entries: readonly Told[]): Promise<void> {
    const numbers = entries.map(() => record.take());
    const isPart = this.database.isInTransaction;
    let written = false;
    if (isPart)
      this.database.afterwards((outcome) => {
        record.settle(numbers, written || outcome === 'rolled back' ? outcome : 'unknown');
      });
    try {
      await this.database.execute(
        `INSERT INTO cutover_audit_log (${COLUMNS}) VALUES ${entries.map((_, index) => this.places(index)).join(', ')}`,
        entries.flatMap((told, index) => this.values(record, told, numbers[index] as number)),
      );
      written = true;
    } finally {
      if (!isPart) record.settle(numbers, written ? 'committed' : 'unknown');
    }
  }

  private places(index: number): string {
    const id =
      this.database.engine === 'mysql'
        ? 'NULL'
        : `(SELECT COALESCE(MAX(id), ${FIRST_ID} - 1) FROM cutover_audit_log) + ${index + 1}`;
    return `(${id}, ${PLACES})`;
  }

  private values({ writer, boot }: WriterRecord, told: Told, number: number) {
    const { current } = this.keys;
    const mac = entryMac(current, { writer, boot, number }, told);
    const { at, actor, action, subject, outcome, code, address, requestId, detail, fact } = told;
    const entry = [at, actor, action, subject, outcome, code, address, requestId, detail, fact];
    return [...entry, writer, boot, number, current.kid, mac];
  }

  private async markAll(state: WriterState, now: number): Promise<string[]> {
    if (this.current?.isFull) {
      this.current = null;
      await this.open(); // now, so that no sign-in has to
    }
    for (const record of this.records) {
      await this.resolve(record, state === 'closed' ? now : now - PATIENCE);
      const isEnd = record !== this.current && record.isSettled;
      if (!isEnd && !record.isDue(now)) continue;
      if (!(await this.markOne(record, isEnd ? 'closed' : 'open', now))) this.lost.add(record.writer);
      else if (!isEnd) continue;
      this.records.delete(record);
      if (this.current === record) this.current = null;
    }
    return [...this.lost];
  }

  /** @returns false where the mark is not the one that this process left */
  private async markOne(record: WriterRecord, state: WriterState, now: number): Promise<boolean> {
    const mark = record.mark(state, now);
    const next = this.marks.macOf(mark);
    try {
      const mac = await this.marks.move(mark, record.candidates(next));
      if (mac !== null) record.marked(mac, now);
      return mac !== null;
    } catch (error) {
      record.unmarked();
      throw error;
    }
  }

  /** Looks what became of entries whose transaction ended without an answer; waits where it has not ended. */
  private async resolve(record: WriterRecord, instant: number): Promise<void> {
    const numbers = record.unknownSince(instant);
    if (numbers.length === 0) return;
    const lock = this.database.engine === 'mysql' ? ' LOCK IN SHARE MODE' : '';
    const rows = await this.database.query<{ number: number }>(
      `SELECT number FROM cutover_audit_log WHERE writer = ? AND number IN (${numbers.map(() => '?').join(', ')})${lock}`,
      [record.writer, ...numbers],
    );
    const found = new Set(rows.map(({ number }) => Number(number)));
    for (const number of numbers) record.settle([number], found.has(number) ? 'committed' : 'rolled back');
  }
}
