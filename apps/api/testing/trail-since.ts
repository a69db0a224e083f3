import type { Database } from '@cutover/database';

/** An entry of the audit trail as its table has it, but for the detail, which is parsed. */
export interface KeptEntry {
  actor: string;
  action: string;
  subject: string | null;
  outcome: string;
  code: string | null;
  detail: Record<string, unknown> | null;
}

/**
 * What was put on record since a point that a test remembers. Entries before it stay where they are: the API that runs
 * would find that they were removed, and say so in the trail.
 */
export class TrailSince {
  private point = 0;

  constructor(private readonly database: () => Database) {}

  /** From here on. */
  async start(): Promise<void> {
    const [row] = await this.database().query<{ last: unknown }>(
      'SELECT MAX(id) AS last FROM cutover_audit_log',
    );
    this.point = Number(row?.last ?? 0);
  }

  /** In the order in which they were written. */
  async entries(): Promise<KeptEntry[]> {
    const rows = await this.database().query<Omit<KeptEntry, 'detail'> & { detail: string | null }>(
      'SELECT actor, action, subject, outcome, code, detail FROM cutover_audit_log WHERE id > ? ORDER BY id',
      [this.point],
    );
    return rows.map(({ detail, ...row }) => ({
      ...row,
      detail: detail === null ? null : (JSON.parse(detail) as Record<string, unknown>),
    }));
  }
}
