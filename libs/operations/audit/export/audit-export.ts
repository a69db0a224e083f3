import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { type FlatRow, type Proof, type TrailRow, trailRow } from '../trail-row';
import { type Trail, TRAILS } from '../trails';
import { csvLine } from './csv-line';
import { entryOf } from './entry-of';

/** Entries that are read at once. */
const PAGE = 1000;

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportSelection {
  /** Epoch milliseconds, this one included. */
  since?: number;
  /** Epoch milliseconds, this one excluded. */
  until?: number;
  /** None: every action. */
  actions?: readonly string[];
}

interface SealColumns {
  sequence: number | null;
  kid: string | null;
  previous: string | null;
  hmac: string | null;
}

interface ExportedRow {
  entry: TrailRow;
  seal: SealColumns | null;
}

const HEADINGS = [
  'id',
  'at',
  'actor',
  'action',
  'subject',
  'outcome',
  'code',
  'address',
  'requestId',
  'detail',
  'sequence',
  'kid',
  'previous',
  'hmac',
  'fact',
  'writer',
  'boot',
  'number',
  'writerKid',
  'mac',
];

/** Both trails as lines, each with its line end, the first release's first, in the order of the ids; in pages, so that their length does not matter. */
@Injectable()
export class AuditExport {
  constructor(private readonly database: Database) {}

  /** @throws ServiceUnavailable */
  async *lines(format: ExportFormat, selection: ExportSelection = {}): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(HEADINGS);
    for (const trail of TRAILS)
      for await (const row of this.rows(trail, selection)) yield format === 'csv' ? inCsv(row) : inJson(row);
  }

  /** @throws ServiceUnavailable */
  async count(selection: ExportSelection = {}): Promise<number> {
    const { where, parameters } = conditions(selection);
    let count = 0;
    for (const { log } of TRAILS) {
      const [row] = await this.database.query<{ count: number }>(
        `SELECT COUNT(*) AS count FROM ${log} a WHERE ${where}`,
        parameters,
      );
      count += Number(row?.count ?? 0);
    }
    return count;
  }

  private async *rows(
    { columns, log, seals }: Trail,
    selection: ExportSelection,
  ): AsyncGenerator<ExportedRow> {
    const { where, parameters } = conditions(selection);
    for (let after: number | null = null; ;) {
      const rows: (FlatRow & SealColumns)[] = await this.database.query(
        `SELECT ${columns}, s.sequence, s.kid, s.previous, s.hmac
         FROM ${log} a LEFT JOIN ${seals} s ON s.entry_id = a.id
         WHERE ${where}${after === null ? '' : ' AND a.id > ?'} ORDER BY a.id LIMIT ${PAGE}`,
        [...parameters, ...(after === null ? [] : [after])],
      );
      for (const row of rows) {
        const { sequence, kid, previous, hmac } = row;
        yield {
          entry: trailRow(row),
          seal: sequence === null ? null : { sequence: Number(sequence), kid, previous, hmac },
        };
      }
      if (rows.length < PAGE) return;
      after = Number(rows.at(-1)?.id);
    }
  }
}

function conditions({ since, until, actions = [] }: ExportSelection) {
  const all: [string, readonly (string | number)[]][] = [
    ['1 = 1', []],
    ...(since === undefined ? [] : [['a.at >= ?', [since]] as [string, number[]]]),
    ...(until === undefined ? [] : [['a.at < ?', [until]] as [string, number[]]]),
    ...(actions.length === 0
      ? []
      : [[`a.action IN (${actions.map(() => '?').join(', ')})`, actions] as [string, readonly string[]]]),
  ];
  return {
    where: all.map(([sql]) => sql).join(' AND '),
    parameters: all.flatMap(([, parameters]) => [...parameters]),
  };
}

const inJson = ({ entry, seal }: ExportedRow) =>
  `${JSON.stringify({ ...entryOf(entry), seal, fact: entry.fact, proof: entry.proof })}\n`;

const inCsv = ({ entry, seal }: ExportedRow) =>
  csvLine([
    entry.id,
    new Date(entry.at).toISOString(),
    entry.actor,
    entry.action,
    entry.subject,
    entry.outcome,
    entry.code,
    entry.address,
    entry.requestId,
    entry.detail,
    seal?.sequence ?? null,
    seal?.kid ?? null,
    seal?.previous ?? null,
    seal?.hmac ?? null,
    entry.fact,
    ...PROOF.map((name) => entry.proof?.[name] ?? null),
  ]);

const PROOF: readonly (keyof Proof)[] = ['writer', 'boot', 'number', 'kid', 'mac'];
