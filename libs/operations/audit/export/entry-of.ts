import type { AuditRecord } from '@cutover/contracts';
import type { TrailRow } from '../trail-row';

/** A row as it is handed out (design section 5); `detail` is its text where somebody made it no JSON any more. */
export const entryOf = ({ fact: _fact, proof: _proof, ...row }: TrailRow): AuditRecord => ({
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
