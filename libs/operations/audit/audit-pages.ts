import { Injectable } from '@nestjs/common';
import { type AuditRecord, type Page, ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { entryOf } from './export/entry-of';
import { TRAIL_COLUMNS, type TrailRow, trailRow } from './sealing/seal';

/** The trail for reading, the newest first. */
@Injectable()
export class AuditPages {
  constructor(private readonly database: Database) {}

  /** @throws ValidationFailed for a cursor of foreign making, ServiceUnavailable */
  async page({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<AuditRecord>> {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new ValidationFailed({ detail: 'cursor: expects the nextCursor of the page before.' });
    const rows = await this.database.query<TrailRow>(
      `SELECT ${TRAIL_COLUMNS} FROM audit_log a ${cursor === undefined ? '' : 'WHERE a.id < ?'} ORDER BY a.id DESC LIMIT ?`,
      [...(cursor === undefined ? [] : [Number(cursor)]), limit + 1],
    );
    const items = rows.slice(0, limit).map((row) => entryOf(trailRow(row)));
    return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.id) : null };
  }
}
