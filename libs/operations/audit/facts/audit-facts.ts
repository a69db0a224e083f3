import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { EntryProof } from '../entry-proof';
import { type FlatRow, type TrailRow, trailRow } from '../trail-row';
import { EARLIER, PROVEN_COLUMNS } from '../trails';
import { Numbers } from '../writing/numbers';
import { RemovedNumbers } from '../writing/removed-numbers';
import { WriterMarks } from '../writing/writer-marks';
import { type Fact, saidBy } from './fact';

/** Entries that are read at once. */
const PAGE = 500;

/** Where entries with a MAC are: also those that were kept when the rest of their time was pruned. */
const PROVEN = ['cutover_audit_log', 'cutover_audit_evidence'] as const;

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

  /** Whether its writer is one of this trail and has not undone it; what was kept must have been removed elsewhere. */
  private async stands({ proof }: TrailRow, table: (typeof PROVEN)[number]): Promise<boolean> {
    const mark = proof && (await this.marks.find(proof.writer));
    if (!mark || mark.authenticity !== 'proven' || mark.pruned.authenticity !== 'proven') return false;
    const { number } = proof;
    const { gone, kept } = RemovedNumbers.parse(mark.pruned.numbers);
    if (Numbers.parse(mark.voided).has(number)) return false;
    return table === 'cutover_audit_evidence' ? kept.has(number) : !gone.has(number);
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
}
