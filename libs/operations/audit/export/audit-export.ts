import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { TRAIL_COLUMNS, type TrailRow, trailRow } from '../sealing/seal';
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
];

/** The trail as lines, each with its line end, in the order of the ids; in pages, so that its length does not matter. */
@Injectable()
export class AuditExport {
  constructor(private readonly database: Database) {}

  /** @throws ServiceUnavailable */
  async *lines(format: ExportFormat, selection: ExportSelection = {}): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(HEADINGS);
    for await (const { entry, seal } of this.rows(selection))
      yield format === 'csv' ? inCsv(entry, seal) : `${JSON.stringify({ ...entryOf(entry), seal })}\n`;
  }

  /** @throws ServiceUnavailable */
  async count(selection: ExportSelection = {}): Promise<number> {
    const { where, parameters } = conditions(selection);
    const [row] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM audit_log a WHERE ${where}`,
      parameters,
    );
    return Number(row?.count ?? 0);
  }

  private async *rows(
    selection: ExportSelection,
  ): AsyncGenerator<{ entry: TrailRow; seal: SealColumns | null }> {
    const { where, parameters } = conditions(selection);
    for (let after: number | null = null; ;) {
      const rows: (TrailRow & SealColumns)[] = await this.database.query(
        `SELECT ${TRAIL_COLUMNS}, s.sequence, s.kid, s.previous, s.hmac
         FROM audit_log a LEFT JOIN cutover_audit_seals s ON s.entry_id = a.id
         WHERE ${where}${after === null ? '' : ' AND a.id > ?'} ORDER BY a.id LIMIT ${PAGE}`,
        [...parameters, ...(after === null ? [] : [after])],
      );
      for (const { sequence, kid, previous, hmac, ...row } of rows)
        yield {
          entry: trailRow(row),
          seal: sequence === null ? null : { sequence: Number(sequence), kid, previous, hmac },
        };
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

const inCsv = (entry: TrailRow, seal: SealColumns | null) =>
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
  ]);
