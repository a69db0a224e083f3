import type { Database } from '@cutover/database';
import type { Authenticity } from '../authentication';
import type { EntryProof } from '../entry-proof';
import { type FlatRow, type TrailRow, trailRow } from '../trail-row';
import { asNumber, CURRENT, type Trail } from '../trails';
import { Numbers } from '../writing/numbers';
import { type Finding, type FindingKind, type Findings, general } from './finding';
import { isoTime } from './misplaced';

/** Entries that are read at once. */
const PAGE = 2000;
/** Milliseconds. A sealer needs two seconds; one that took over from a process that was killed, five. */
const PATIENCE = 10_000;

interface Place {
  mark: number | null;
  sequence: number | null;
  now: number;
}

/** One pass over all entries of a trail: who wrote each, and whether it has its seal. */
export class EntriesWalk {
  /** Entries that are too new to have a seal. */
  waiting = 0;
  /** Numbers that are there, of each writer. */
  readonly numbersOf = new Map<string, Numbers>();

  constructor(
    private readonly database: Database,
    private readonly trail: Trail,
    private readonly proof: EntryProof,
    private readonly findings: Findings,
    private readonly onEntry: (entry: TrailRow, isProven: boolean) => void = () => undefined,
  ) {}

  /** @throws ServiceUnavailable */
  async run(): Promise<this> {
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const rows: (FlatRow & Place)[] = await this.page(after);
      for (const row of rows) this.look(trailRow(row), row);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) break;
      after = Number(last.id);
    }
    await this.beyond();
    return this;
  }

  /** Ids that no database gives: they are not walked over, as they may be rounded to each other's. */
  private async beyond(): Promise<void> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM ${this.trail.log} WHERE id <= ? OR id > ?`,
      [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    );
    const count = Number(row?.count ?? 0);
    if (count > 0)
      this.findings.add(
        general('inserted', `entries under ids that no process gives: ${count}`, {
          trail: this.trail === CURRENT ? 'current' : 'earlier',
        }),
      );
  }

  private look(entry: TrailRow, place: Place): void {
    const authenticity = this.proof.of(entry);
    this.onEntry(entry, authenticity === 'proven');
    if (this.trail === CURRENT && !this.isCounted(entry, place, authenticity)) return;
    if (place.sequence !== null) return;
    const { mark, now } = place;
    const waits = mark !== null && Number(mark) === 1;
    if (waits && Math.abs(Number(now) - entry.at) < PATIENCE) this.waiting++;
    else if (waits)
      this.add(
        'unsealed',
        entry,
        place,
        'waits for its seal longer than a sealer takes: no API process runs, or none can seal',
      );
    else
      this.add(
        'inserted',
        entry,
        place,
        'has no seal and does not wait for one: it was inserted, or its seal was removed',
      );
  }

  /** @returns false for what no holder of a key wrote: nothing else is said of it */
  private isCounted(entry: TrailRow, place: Place, authenticity: Authenticity): boolean {
    const { proof } = entry;
    if (proof === null || authenticity === 'forged') {
      this.add('forged', entry, place, 'is not what a holder of a key wrote');
      return false;
    }
    if (authenticity === 'unknown key') this.findings.missingKeys.add(proof.kid);
    const numbers = this.numbersOf.get(proof.writer) ?? new Numbers();
    this.numbersOf.set(proof.writer, numbers);
    if (numbers.add(proof.number)) return true;
    this.add('replayed', entry, place, `is number ${proof.number} of the writer ${proof.writer} once more`);
    return true;
  }

  private add(kind: FindingKind, entry: TrailRow, { sequence }: Place, detail: string): void {
    const finding: Finding = {
      kind,
      trail: this.trail === CURRENT ? 'current' : 'earlier',
      sequence: sequence === null ? null : Number(sequence),
      id: entry.id,
      action: entry.action,
      at: isoTime(entry.at),
      detail,
    };
    this.findings.add(finding);
  }

  private page(after: number): Promise<(FlatRow & Place)[]> {
    const { columns, log, seals } = this.trail;
    return this.database.query(
      `SELECT ${columns}, a.unsealed AS mark, ${asNumber('s.sequence', 'sequence')}, ${this.database.clock} AS now
       FROM ${log} a LEFT JOIN ${seals} s ON s.entry_id = a.id WHERE a.id > ? AND a.id <= ? ORDER BY a.id LIMIT ${PAGE}`,
      [after, Number.MAX_SAFE_INTEGER],
    );
  }
}
