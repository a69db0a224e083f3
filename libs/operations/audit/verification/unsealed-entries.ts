import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { Findings } from './finding';
import { isoTime } from './misplaced';

/** Entries that are read at once. */
const PAGE = 5000;
/** Milliseconds. A sealer needs two seconds; one that took over from a process that was killed, five. */
const PATIENCE = 10_000;

interface Row {
  id: number;
  at: number;
  action: string;
  mark: number | null;
  sequence: number | null;
}

/** Entries that nothing vouches for. */
@Injectable()
export class UnsealedEntries {
  constructor(private readonly database: Database) {}

  /** @returns how many are too new to have a seal */
  async look(findings: Findings): Promise<number> {
    let waiting = 0;
    for (let after: number | null = null; ;) {
      const rows: (Row & { now: number })[] = await this.page(after);
      for (const { id, at, action, mark, sequence, now } of rows) {
        if (sequence !== null) continue;
        const age = Number(now) - Number(at);
        if (mark !== null && Math.abs(age) < PATIENCE) {
          waiting++;
          continue;
        }
        findings.add({
          kind: mark === null ? 'inserted' : 'unsealed',
          sequence: null,
          id: Number(id),
          action,
          at: isoTime(Number(at)),
          detail:
            mark === null
              ? 'has no seal and does not wait for one: it was inserted, or its seal was removed'
              : 'waits for its seal longer than a sealer takes: no API process runs, or none can seal',
        });
      }
      if (rows.length < PAGE) return waiting;
      after = Number(rows.at(-1)?.id);
    }
  }

  private page(after: number | null): Promise<(Row & { now: number })[]> {
    return this.database.query(
      `SELECT a.id, a.at, a.action, a.unsealed AS mark, s.sequence, ${this.database.clock} AS now
       FROM audit_log a LEFT JOIN cutover_audit_seals s ON s.entry_id = a.id
       ${after === null ? '' : 'WHERE a.id > ?'} ORDER BY a.id LIMIT ${PAGE}`,
      after === null ? [] : [after],
    );
  }
}
