import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { Mark } from '../root/trail-root';
import { type FlatRow, type TrailRow, trailRow } from '../trail-row';
import { asNumber, CURRENT, EARLIER, type Trail } from '../trails';
import type { Place } from './seal';

/** Milliseconds by the database's clock: how long a sealer that was killed keeps others waiting. */
export const LEASE = 3000;

/** What an entry waits for: its seal; or nothing, because no holder of the key wrote it. */
const MARKS = { waits: 1, rejected: 2 } as const;

/** Entries without a seal. */
export interface Waiting {
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

type JoinedRow = Seal & { [column in keyof FlatRow]: FlatRow[column] | null };

const SEAL_COLUMNS = `${asNumber('s.sequence', 'sequence')}, ${asNumber('s.entry_id', 'entryId')}, s.kid, s.previous, s.hmac`;

/** The statements of a chain: who may write it, its seals, and the entries that wait for one. */
export abstract class AuditChain {
  protected constructor(
    protected readonly database: Database,
    readonly trail: Trail,
  ) {}

  /**
   * Takes or renews the lease, inside a transaction; one that ends later than any is granted for is none of a sealer's. Its row stays locked to the end of that: until then nobody else
   * writes a seal, whatever they believe about their own lease.
   *
   * @returns false while another one holds it
   */
  async hold(owner: string): Promise<boolean> {
    const { clock } = this.database;
    const { affected } = await this.database.execute(
      `UPDATE ${this.trail.chain} SET lease_owner = ?, lease_until = ${clock} + ${LEASE}
       WHERE id = 1 AND (lease_owner IS NULL OR lease_owner = ? OR lease_until <= ${clock} OR lease_until > ${clock} + ${LEASE})`,
      [owner, owner],
    );
    return affected === 1;
  }

  async release(owner: string): Promise<void> {
    await this.database.execute(
      `UPDATE ${this.trail.chain} SET lease_owner = NULL, lease_until = NULL WHERE id = 1 AND lease_owner = ?`,
      [owner],
    );
  }

  /** Reads what waits and nothing else. */
  async waiting(): Promise<Waiting> {
    const { log, chain } = this.trail;
    const [row] = await this.database.query<{ unsealed: number; at: number | null; now: number }>(
      `SELECT ${this.database.clock} AS now,
         (SELECT COUNT(*) FROM ${log} ${this.byMark} WHERE unsealed = ${MARKS.waits}) AS unsealed,
         (SELECT a.at + 0e0 FROM ${log} a ${this.byMark} WHERE a.unsealed = ${MARKS.waits} ORDER BY a.id LIMIT 1) AS at
       FROM ${chain} WHERE id = 1`,
    );
    const age = row?.at == null ? 0 : Math.max(0, Number(row.now) - Number(row.at));
    return { unsealed: Number(row?.unsealed ?? 0), age };
  }

  /** In the order of their ids; those that became visible late come in a later set. */
  async unsealed(most: number, kids: readonly string[] = []): Promise<TrailRow[]> {
    const { columns, log } = this.trail;
    const known = kids.length === 0 ? '' : `AND a.kid IN (${kids.map(() => '?').join(', ')})`;
    const rows = await this.database.query<FlatRow>(
      `SELECT ${columns} FROM ${log} a ${this.byMark} WHERE a.unsealed = ${MARKS.waits} AND a.id BETWEEN ? AND ? ${known} ORDER BY a.id LIMIT ?`,
      [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, ...kids, most],
    );
    return rows.map(trailRow);
  }

  /** Seals in their order. @param after a sequence, which is not among them */
  page(after: number, most: number): Promise<SealedRow[]> {
    return this.sealed('WHERE s.sequence > ? ORDER BY s.sequence LIMIT ?', [after, most]);
  }

  /** @param most a sequence: what is beyond it is not looked at */
  async last(most = Number.MAX_SAFE_INTEGER): Promise<SealedRow | null> {
    const [row] = await this.sealed('WHERE s.sequence <= ? ORDER BY s.sequence DESC LIMIT 1', [most]);
    return row ?? null;
  }

  /** 0 where there is none. */
  async lastSequence(): Promise<number> {
    const [row] = await this.database.query<{ last: number | null }>(
      `SELECT ${asNumber('MAX(sequence)', 'last')} FROM ${this.trail.seals}`,
    );
    return Number(row?.last ?? 0);
  }

  async hmacOf(sequence: number): Promise<string | null> {
    const [row] = await this.database.query<{ hmac: string }>(
      `SELECT hmac FROM ${this.trail.seals} WHERE sequence = ?`,
      [sequence],
    );
    return row?.hmac ?? null;
  }

  /** Writes seals, at least one. A sequence that is taken fails the transaction. */
  async append(seals: readonly Seal[]): Promise<void> {
    await this.database.execute(
      `INSERT INTO ${this.trail.seals} (sequence, entry_id, kid, previous, hmac)
       VALUES ${seals.map(() => '(?, ?, ?, ?, ?)').join(', ')}`,
      seals.flatMap(({ sequence, entryId, kid, previous, hmac }) => [sequence, entryId, kid, previous, hmac]),
    );
    await this.mark(
      seals.map(({ entryId }) => entryId),
      null,
    );
  }

  /** Entries that get no seal, because no holder of the key wrote them. They stay, as evidence. */
  async reject(ids: readonly number[]): Promise<void> {
    await this.mark(ids, MARKS.rejected);
  }

  /** By their key, or it would wait for those that are being written. */
  private async mark(ids: readonly number[], mark: number | null): Promise<void> {
    const byKey = this.database.engine === 'mysql' ? 'FORCE INDEX (PRIMARY)' : '';
    await this.database.execute(
      `UPDATE ${this.trail.log} ${byKey} SET unsealed = ? WHERE id IN (${ids.map(() => '?').join(', ')})`,
      [mark, ...ids],
    );
  }

  private async sealed(which: string, parameters: unknown[]): Promise<SealedRow[]> {
    const { columns, seals, log } = this.trail;
    const rows = await this.database.query<JoinedRow>(
      `SELECT ${SEAL_COLUMNS}, ${columns} FROM ${seals} s LEFT JOIN ${log} a ON a.id = s.entry_id ${which}`,
      parameters,
    );
    return rows.map(sealedRow);
  }

  /** As two values among a thousand are half of them to MySQL's statistics, it would rather read the whole table. */
  private get byMark(): string {
    return this.database.engine === 'mysql' ? `FORCE INDEX (${this.trail.indexes.unsealed})` : '';
  }
}

/** Its head is in the root. */
@Injectable()
export class CurrentChain extends AuditChain {
  constructor(database: Database) {
    super(database, CURRENT);
  }
}

/** As the first release keeps it, and goes on keeping it while a process of it runs. */
@Injectable()
export class EarlierChain extends AuditChain {
  constructor(database: Database) {
    super(database, EARLIER);
  }

  /** As its sealers noted it, under no MAC. */
  async head(): Promise<Mark & { brokenAt: number | null }> {
    const [row] = await this.database.query<Mark & { brokenAt: number | null }>(
      'SELECT sequence, hmac, broken_at AS brokenAt FROM cutover_audit_chain WHERE id = 1',
    );
    return {
      sequence: Number(row?.sequence ?? 0),
      hmac: row?.hmac ?? '',
      brokenAt: row?.brokenAt == null ? null : Number(row.brokenAt),
    };
  }

  async moveHead({ sequence, hmac }: Mark): Promise<void> {
    await this.database.execute('UPDATE cutover_audit_chain SET sequence = ?, hmac = ? WHERE id = 1', [
      sequence,
      hmac,
    ]);
  }

  /** The first release's alarm ends with ours. */
  async markWhole(): Promise<void> {
    await this.database.execute(
      'UPDATE cutover_audit_chain SET broken_at = NULL, broken_reason = NULL WHERE id = 1',
    );
  }
}

/** MySQL's NULL of a column that is a number comes as `null`; an entry that is there has an action. */
const sealedRow = (row: JoinedRow): SealedRow => ({
  sequence: Number(row.sequence),
  entryId: Number(row.entryId),
  kid: row.kid,
  previous: row.previous,
  hmac: row.hmac,
  entry: row.action === null ? null : trailRow(row as FlatRow),
});
