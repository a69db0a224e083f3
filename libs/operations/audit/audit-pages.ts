import { Injectable } from '@nestjs/common';
import { type AuditRecord, type Page, ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { entryOf } from './export/entry-of';
import { type FlatRow, type TrailRow, trailRow } from './trail-row';
import { type Trail, TRAILS } from './trails';

/** Of the last entry of a page. */
interface Place {
  at: number;
  id: number;
}

const CURSOR = /^(\d{1,15})\.(\d{1,15})$/;

/** Both trails for reading as one, the newest first. */
@Injectable()
export class AuditPages {
  constructor(private readonly database: Database) {}

  /** @throws ValidationFailed for a cursor of foreign making, ServiceUnavailable */
  async page({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<AuditRecord>> {
    const after = cursor === undefined ? null : placeOf(cursor);
    const rows: TrailRow[] = [];
    for (const trail of TRAILS) rows.push(...(await this.newest(trail, after, limit + 1)));
    rows.sort((one, other) => other.at - one.at || other.id - one.id);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(entryOf),
      nextCursor: rows.length > limit && last ? `${last.at}.${last.id}` : null,
    };
  }

  private async newest(
    { columns, log, indexes }: Trail,
    after: Place | null,
    most: number,
  ): Promise<TrailRow[]> {
    const byTime = this.database.engine === 'mysql' ? `FORCE INDEX (${indexes.at})` : '';
    const rows = await this.database.query<FlatRow>(
      `SELECT ${columns} FROM ${log} a ${byTime}
       ${after ? 'WHERE a.at <= ? AND (a.at < ? OR a.id < ?)' : ''} ORDER BY a.at DESC, a.id DESC LIMIT ?`,
      [...(after ? [after.at, after.at, after.id] : []), most],
    );
    return rows.map(trailRow);
  }
}

function placeOf(cursor: string): Place {
  const [, at, id] = CURSOR.exec(cursor) ?? [];
  if (at === undefined)
    throw new ValidationFailed({ detail: 'cursor: expects the nextCursor of the page before.' });
  return { at: Number(at), id: Number(id) };
}
