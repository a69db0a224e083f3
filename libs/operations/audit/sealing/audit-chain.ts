import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { type Place, TRAIL_COLUMNS, type TrailRow, trailRow } from './seal';

/** Milliseconds by the database's clock: how long a sealer that was killed keeps others waiting. */
export const LEASE = 3000;

/** The end of the chain, as the sealer noted it. */
export interface Head {
  /** 0 before the first seal. */
  sequence: number;
  hmac: string;
  /** Epoch milliseconds at which somebody noticed that the chain is broken; `null` while nobody has. */
  brokenAt: number | null;
}

export interface Backlog extends Head {
  /** Entries without a seal. */
  unsealed: number;
  /** Milliseconds that the oldest of them has waited. */
  age: number;
}

export interface Seal extends Place {
  entryId: number;
  kid: string;
  hmac: string;
}

/** A seal with its entry, `null` where that is gone. */
export interface SealedRow extends Seal {
  entry: TrailRow | null;
}

type JoinedRow = Seal & { [column in keyof TrailRow]: TrailRow[column] | null };

const SEAL_COLUMNS = 's.sequence, s.entry_id AS entryId, s.kid, s.previous, s.hmac';
const NOTED = 'sequence, hmac, broken_at AS brokenAt';

/** The statements of the chain: who may write it, its end, its seals, and the entries that wait for one. */
@Injectable()
export class AuditChain {
  constructor(private readonly database: Database) {}

  /**
   * Takes or renews the lease, inside a transaction. Its row stays locked to the end of that: until then nobody else
   * writes a seal, whatever they believe about their own lease.
   *
   * @returns false while another one holds it
   */
  async hold(owner: string): Promise<boolean> {
    const { clock } = this.database;
    const { affected } = await this.database.execute(
      `UPDATE cutover_audit_chain SET lease_owner = ?, lease_until = ${clock} + ${LEASE}
       WHERE id = 1 AND (lease_owner IS NULL OR lease_owner = ? OR lease_until <= ${clock})`,
      [owner, owner],
    );
    return affected === 1;
  }

  async release(owner: string): Promise<void> {
    await this.database.execute(
      'UPDATE cutover_audit_chain SET lease_owner = NULL, lease_until = NULL WHERE id = 1 AND lease_owner = ?',
      [owner],
    );
  }

  async head(): Promise<Head> {
    const [row] = await this.database.query<Head>(`SELECT ${NOTED} FROM cutover_audit_chain WHERE id = 1`);
    return headOf(row);
  }

  /** The head, and what waits behind it. Reads what waits and nothing else. */
  async backlog(): Promise<Backlog> {
    const { clock } = this.database;
    const [row] = await this.database.query<Head & { unsealed: number; at: number | null; now: number }>(
      `SELECT ${NOTED}, ${clock} AS now,
         (SELECT COUNT(*) FROM audit_log ${this.byMark} WHERE unsealed = 1) AS unsealed,
         (SELECT a.at FROM audit_log a ${this.byMark} WHERE a.unsealed = 1 ORDER BY a.id LIMIT 1) AS at
       FROM cutover_audit_chain WHERE id = 1`,
    );
    const age = row?.at == null ? 0 : Math.max(0, Number(row.now) - Number(row.at));
    return { ...headOf(row), unsealed: Number(row?.unsealed ?? 0), age };
  }

  /** In the order of their ids; those that became visible late come in a later set. */
  async unsealed(most: number): Promise<TrailRow[]> {
    const rows = await this.database.query<TrailRow>(
      `SELECT ${TRAIL_COLUMNS} FROM audit_log a ${this.byMark} WHERE a.unsealed = 1 ORDER BY a.id LIMIT ?`,
      [most],
    );
    return rows.map(trailRow);
  }

  /** Seals in their order. @param after a sequence, which is not among them */
  async page(after: number, most: number): Promise<SealedRow[]> {
    const rows = await this.database.query<JoinedRow>(
      `SELECT ${SEAL_COLUMNS}, ${TRAIL_COLUMNS} FROM cutover_audit_seals s LEFT JOIN audit_log a ON a.id = s.entry_id
       WHERE s.sequence > ? ORDER BY s.sequence LIMIT ?`,
      [after, most],
    );
    return rows.map(sealedRow);
  }

  async last(): Promise<SealedRow | null> {
    const [row] = await this.database.query<JoinedRow>(
      `SELECT ${SEAL_COLUMNS}, ${TRAIL_COLUMNS} FROM cutover_audit_seals s LEFT JOIN audit_log a ON a.id = s.entry_id
       ORDER BY s.sequence DESC LIMIT 1`,
    );
    return row ? sealedRow(row) : null;
  }

  /** The head and the number of the last seal, of one instant. */
  async ends(): Promise<{ head: Head; last: number }> {
    const [row] = await this.database.query<Head & { last: number | null }>(
      `SELECT ${NOTED}, (SELECT MAX(s.sequence) FROM cutover_audit_seals s) AS last FROM cutover_audit_chain WHERE id = 1`,
    );
    return { head: headOf(row), last: Number(row?.last ?? 0) };
  }

  async hmacOf(sequence: number): Promise<string | null> {
    const [row] = await this.database.query<{ hmac: string }>(
      'SELECT hmac FROM cutover_audit_seals WHERE sequence = ?',
      [sequence],
    );
    return row?.hmac ?? null;
  }

  /** Writes seals, at least one, and the head that they lead to. A sequence that is taken fails the transaction. */
  async append(seals: readonly Seal[]): Promise<void> {
    await this.database.execute(
      `INSERT INTO cutover_audit_seals (sequence, entry_id, kid, previous, hmac)
       VALUES ${seals.map(() => '(?, ?, ?, ?, ?)').join(', ')}`,
      seals.flatMap(({ sequence, entryId, kid, previous, hmac }) => [sequence, entryId, kid, previous, hmac]),
    );
    const { sequence, hmac } = seals.at(-1) as Seal;
    await this.database.execute('UPDATE cutover_audit_chain SET sequence = ?, hmac = ? WHERE id = 1', [
      sequence,
      hmac,
    ]);
  }

  /** Takes the mark from entries that have a seal; by their key, or it would wait for those that are being written. */
  async unmark(ids: readonly number[]): Promise<void> {
    const byKey = this.database.engine === 'mysql' ? 'FORCE INDEX (PRIMARY)' : '';
    await this.database.execute(
      `UPDATE audit_log ${byKey} SET unsealed = NULL WHERE id IN (${ids.map(() => '?').join(', ')})`,
      [...ids],
    );
  }

  /** The first moment and reason stay, until somebody acknowledges them. */
  async markBroken(reason: string): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_audit_chain SET broken_at = ${this.database.clock}, broken_reason = ? WHERE id = 1 AND broken_at IS NULL`,
      [[...reason].slice(0, 255).join('')],
    );
  }

  async markWhole(): Promise<void> {
    await this.database.execute(
      'UPDATE cutover_audit_chain SET broken_at = NULL, broken_reason = NULL WHERE id = 1',
    );
  }

  /** As two values among a thousand are half of them to MySQL's statistics, it would rather read the whole table. */
  private get byMark(): string {
    return this.database.engine === 'mysql' ? 'FORCE INDEX (ix_audit_log_unsealed)' : '';
  }
}

const headOf = (row: Head | undefined): Head => ({
  sequence: Number(row?.sequence ?? 0),
  hmac: row?.hmac ?? '',
  brokenAt: row?.brokenAt == null ? null : Number(row.brokenAt),
});

function sealedRow({ sequence, entryId, kid, previous, hmac, ...entry }: JoinedRow): SealedRow {
  return {
    sequence: Number(sequence),
    entryId: Number(entryId),
    kid,
    previous,
    hmac,
    entry: entry.id === null ? null : trailRow(entry as TrailRow),
  };
}
