import type { AuditRecord } from '@cutover/contracts';
import type { TrailRow } from '../sealing/seal';

/** A row as it is handed out (design section 5); `detail` is its text where somebody made it no JSON any more. */
export const entryOf = (row: TrailRow): AuditRecord => ({
  ...row,
  at: new Date(row.at).toISOString(),
  detail: row.detail === null ? null : parsed(row.detail),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
