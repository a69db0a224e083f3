import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { EntryProof } from '../entry-proof';
import { type FlatRow, type TrailRow, trailRow } from '../trail-row';
import { EARLIER, PROVEN_COLUMNS, type Trail, TRAILS } from '../trails';
import { Numbers } from '../writing/numbers';
import { WriterMarks } from '../writing/writer-marks';
import { type Fact, factOf, parsedDetail } from './fact';

/** Entries that are read at once. */
const PAGE = 500;

/** Where entries with a MAC are: also those that were kept when the rest of their time was pruned. */
const PROVEN = ['cutover_audit_log', 'cutover_audit_evidence'] as const;

/** Entries of a time, by what they say. */
export interface FactCounts {
  counts: Partial<Record<Fact, number>>;
  /** Epoch milliseconds of the last one that is such a fact; `null` where there is none. */
  lastAt: number | null;
  /** Entries with a MAC that no holder of a key wrote, or whose key is missing: what they say counts for nothing. */
  unproven: number;
}

/** What the trail proves, for decisions. Reads columns, and JSON only as the writer's own type. */
@Injectable()
export class AuditFacts {
  constructor(
    private readonly database: Database,
    private readonly proof: EntryProof,
    private readonly marks: WriterMarks,
  ) {}

  /** When it was last so, by an entry with a good MAC. @returns epoch milliseconds. @throws ServiceUnavailable */
  async lastProven(facts: readonly Fact[], subject?: string): Promise<number | null> {
    let last: number | null = null;
    for (const table of PROVEN) {
      const about = subject === undefined ? '' : 'AND a.subject = ?';
      const rows = this.newestFirst(table, `a.fact IN (${facts.map(() => '?').join(', ')}) ${about}`, [
        ...facts,
        ...(subject === undefined ? [] : [subject]),
      ]);
      for await (const row of rows) {
        if (!this.isProven(row) || !(await this.stands(row, table))) continue;
        last = Math.max(last ?? 0, row.at);
        break;
      }
    }
    return last;
  }

  /** The same, from entries of the first release as well, which have no MAC: to be shown, not to be decided by. */
  async lastSaid(facts: readonly Fact[], subject: string): Promise<number | null> {
    let last = await this.lastProven(facts, subject);
    const rows = await this.database.query<FlatRow>(
      `SELECT ${EARLIER.columns} FROM audit_log a WHERE a.subject = ? ORDER BY a.id DESC`,
      [subject],
    );
    for (const row of rows.map(trailRow)) {
      const fact = saidBy(row);
      if (fact !== null && facts.includes(fact)) last = Math.max(last ?? 0, row.at);
    }
    return last;
  }

  /** Since when entries with a good MAC are there. @returns epoch milliseconds. @throws ServiceUnavailable */
  async provenSince(): Promise<number | null> {
    for (let after = { at: -1, id: -1 }; ;) {
      const rows = await this.database.query<FlatRow>(
        `SELECT ${PROVEN_COLUMNS} FROM cutover_audit_log a WHERE a.at > ? OR (a.at = ? AND a.id > ?)
         ORDER BY a.at, a.id LIMIT ${PAGE}`,
        [after.at, after.at, after.id],
      );
      const entries = rows.map(trailRow);
      const first = entries.find((row) => this.isProven(row));
      const last = entries.at(-1);
      if (first) return first.at;
      if (!last || rows.length < PAGE) return null;
      after = last;
    }
  }

  /** What both trails say happened since then. Whatever cannot be read is taken for every one of the facts. */
  async since(instant: number, actions: readonly string[], facts: readonly Fact[]): Promise<FactCounts> {
    const found: FactCounts = { counts: {}, lastAt: null, unproven: 0 };
    for (const trail of TRAILS)
      for await (const row of this.entries(trail, instant, actions)) {
        if (trail !== EARLIER && !this.isProven(row)) found.unproven++;
        const said = parsedDetail(row.detail) === null ? facts[0] : factOf({ ...row, ...detailOf(row) });
        if (said == null || !facts.includes(said)) continue;
        found.counts[said] = (found.counts[said] ?? 0) + 1;
        found.lastAt = Math.max(found.lastAt ?? 0, row.at);
      }
    return found;
  }

  /** Whether its writer is one of this trail and has not undone it; what was kept must have been removed elsewhere. */
  private async stands({ proof }: TrailRow, table: (typeof PROVEN)[number]): Promise<boolean> {
    const mark = proof && (await this.marks.find(proof.writer));
    if (!mark || mark.authenticity !== 'proven' || mark.pruned.authenticity !== 'proven') return false;
    const { number } = proof;
    const isPruned = Numbers.parse(mark.pruned.numbers).has(number);
    return !Numbers.parse(mark.voided).has(number) && isPruned === (table === 'cutover_audit_evidence');
  }

  private isProven(row: TrailRow): boolean {
    return this.proof.of(row) === 'proven' && row.fact === saidBy(row);
  }

  private async *newestFirst(
    table: string,
    condition: string,
    parameters: unknown[],
  ): AsyncGenerator<TrailRow> {
    for (let offset = 0; ; offset += PAGE) {
      const rows = await this.database.query<FlatRow>(
        `SELECT ${PROVEN_COLUMNS} FROM ${table} a WHERE ${condition} ORDER BY a.at DESC, a.id DESC LIMIT ? OFFSET ?`,
        [...parameters, PAGE, offset],
      );
      for (const row of rows) yield trailRow(row);
      if (rows.length < PAGE) return;
    }
  }

  private async *entries(
    { columns, log }: Trail,
    instant: number,
    actions: readonly string[],
  ): AsyncGenerator<TrailRow> {
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const rows: FlatRow[] = await this.database.query(
        `SELECT ${columns} FROM ${log} a WHERE a.id > ? AND a.at >= ? AND a.action IN (${actions.map(() => '?').join(', ')})
         ORDER BY a.id LIMIT ${PAGE}`,
        [after, instant, ...actions],
      );
      for (const row of rows) yield trailRow(row);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = Number(last.id);
    }
  }
}

const detailOf = ({ detail }: TrailRow) => ({ detail: parsedDetail(detail) ?? {} });

const saidBy = (row: TrailRow): Fact | null =>
  parsedDetail(row.detail) === null ? null : factOf({ ...row, ...detailOf(row) });
