import { Injectable } from '@nestjs/common';
import { NotFound } from '@cutover/contracts';
import { Database, isDuplicate } from '@cutover/database';
import type { RecordedAccount } from '../../external-accounts/external-account-state';
import type { Proof } from '../matching/grade';
import type { PlanHeader } from '../plan/plan-file';

/** One application of one plan. Instants are epoch milliseconds. */
export interface SyncRun {
  id: string;
  planSha256: string;
  startedAt: number;
  /** The last line of the plan that is done. */
  lastUserId: number;
  batches: number;
  finishedAt: number | null;
  undoneAt: number | null;
  /** People whom it newly keeps out. */
  leavers: number;
}

/** What a run changes of a person, as it stood on either side of the change. */
export interface LedgerFacts {
  externalUserId: string | null;
  account: RecordedAccount | null;
}

export interface SyncChange {
  userId: number;
  /** Of the link; `null` where only what is known of the account changed. */
  proof: Proof | null;
  before: LedgerFacts;
  after: LedgerFacts;
}

export interface RunFigures {
  /** People whose row or account changed. */
  changed: number;
  /** Of them, by what proof they were linked. */
  linked: Partial<Record<Proof, number>>;
}

interface ChangeRow {
  userId: number;
  proof: Proof | null;
  factsBefore: string;
  factsAfter: string;
}

const RUN = `SELECT id, plan_sha256 AS planSha256, started_at AS startedAt, last_user_id AS lastUserId, batches,
  finished_at AS finishedAt, undone_at AS undoneAt, COALESCE(leavers, 0) AS leavers FROM cutover_sync_runs`;

/** Which runs there were and what each changed, before and after. It is added to, and marked; nothing is removed. */
@Injectable()
export class SyncLedger {
  constructor(private readonly database: Database) {}

  /** The run that this plan is in, or was; none where it was taken back. */
  async runOf(planSha256: string): Promise<SyncRun | null> {
    const [run] = await this.database.query<SyncRun>(
      `${RUN} WHERE plan_sha256 = ? AND undone_at IS NULL ORDER BY started_at DESC LIMIT 1`,
      [planSha256],
    );
    return run ?? null;
  }

  /** @throws NotFound */
  async find(id: string): Promise<SyncRun> {
    const [run] = await this.database.query<SyncRun>(`${RUN} WHERE id = ?`, [id]);
    if (!run)
      throw new NotFound({
        detail: `No run is called ${id}; "cutover users sync --apply" prints its run's id.`,
      });
    return run;
  }

  /** Two processes that begin the same plan at once get the same run. */
  async begin(
    planSha256: string,
    { source, options }: PlanHeader,
    by: string,
    leavers: number,
  ): Promise<SyncRun> {
    const [before] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_sync_runs WHERE plan_sha256 = ? AND undone_at IS NOT NULL`,
      [planSha256],
    );
    const id = `${planSha256.slice(0, 12)}-${Number(before?.count) + 1}`;
    try {
      await this.database.execute(
        `INSERT INTO cutover_sync_runs (id, plan_sha256, source_file, source_sha256, started_by, started_at, last_user_id,
           batches, complete_accounts, leavers)
         VALUES (?, ?, ?, ?, ?, ${this.database.clock}, ?, ?, ?, ?)`,
        [
          id,
          planSha256,
          [...source.file].slice(0, 255).join(''),
          source.sha256,
          by,
          -1,
          0,
          options.complete ? source.accounts : null,
          leavers,
        ],
      );
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    return this.find(id);
  }

  /** Keeps that a later run found the same of accounts. @param at epoch milliseconds, by state */
  async confirm(userIds: readonly number[], at: { usable: number; other: number }): Promise<void> {
    if (userIds.length === 0) return;
    await this.database.execute(
      `UPDATE cutover_external_accounts SET confirmed_at = CASE WHEN state = 'usable' THEN ? ELSE ? END
       WHERE user_id IN (${userIds.map(() => '?').join(', ')})`,
      [at.usable, at.other, ...userIds],
    );
  }

  /** Takes a run from where this process knows it to stand. @returns false where it stands elsewhere, or has ended */
  async advance({ id, lastUserId }: SyncRun, upTo: number): Promise<boolean> {
    const { affected } = await this.database.execute(
      `UPDATE cutover_sync_runs SET last_user_id = ?, batches = batches + 1
       WHERE id = ? AND last_user_id = ? AND finished_at IS NULL AND undone_at IS NULL`,
      [upTo, id, lastUserId],
    );
    return affected === 1;
  }

  async add({ id, batches }: SyncRun, changes: SyncChange[]): Promise<void> {
    await this.database.execute(
      `INSERT INTO cutover_sync_changes (run_id, user_id, batch, proof, facts_before, facts_after)
       VALUES ${changes.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
      changes.flatMap(({ userId, proof, before, after }) => [
        id,
        userId,
        batches + 1,
        proof,
        JSON.stringify(before),
        JSON.stringify(after),
      ]),
    );
  }

  /** @returns false where it is finished, or taken back, already */
  async finish({ id }: SyncRun): Promise<boolean> {
    const { affected } = await this.database.execute(
      `UPDATE cutover_sync_runs SET finished_at = ? WHERE id = ? AND finished_at IS NULL AND undone_at IS NULL`,
      [Date.now(), id],
    );
    return affected === 1;
  }

  async figures({ id }: SyncRun): Promise<RunFigures> {
    const rows = await this.database.query<{ proof: Proof | null; count: number }>(
      `SELECT proof, COUNT(*) AS count FROM cutover_sync_changes WHERE run_id = ? GROUP BY proof`,
      [id],
    );
    return {
      changed: rows.reduce((sum, { count }) => sum + Number(count), 0),
      linked: Object.fromEntries(
        rows.flatMap(({ proof, count }) => (proof === null ? [] : [[proof, Number(count)]])),
      ),
    };
  }

  /** How many changes of a run stand. */
  async standing({ id }: SyncRun, userId: number | null): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_sync_changes WHERE run_id = ? AND undone_at IS NULL AND user_id BETWEEN ? AND ?`,
      [id, ...rangeOf(userId)],
    );
    return Number(row?.count);
  }

  /** Changes that stand, in the order of the users. */
  async changesAfter(
    { id }: SyncRun,
    after: number,
    userId: number | null,
    limit: number,
  ): Promise<SyncChange[]> {
    const rows = await this.database.query<ChangeRow>(
      `SELECT user_id AS userId, proof, facts_before AS factsBefore, facts_after AS factsAfter
       FROM cutover_sync_changes WHERE run_id = ? AND undone_at IS NULL AND user_id > ? AND user_id BETWEEN ? AND ?
       ORDER BY user_id LIMIT ?`,
      [id, after, ...rangeOf(userId), limit],
    );
    return rows.map(({ factsBefore, factsAfter, ...row }) => ({
      ...row,
      before: JSON.parse(factsBefore) as LedgerFacts,
      after: JSON.parse(factsAfter) as LedgerFacts,
    }));
  }

  /** @returns false where another process has undone one of them in the meantime */
  async markUndone({ id }: SyncRun, userIds: number[]): Promise<boolean> {
    if (userIds.length === 0) return true;
    const { affected } = await this.database.execute(
      `UPDATE cutover_sync_changes SET undone_at = ?
       WHERE run_id = ? AND undone_at IS NULL AND user_id IN (${userIds.map(() => '?').join(', ')})`,
      [Date.now(), id, ...userIds],
    );
    return affected === userIds.length;
  }

  async markRunUndone({ id }: SyncRun, by: string): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_sync_runs SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL`,
      [Date.now(), by, id],
    );
  }
}

/** Ids of the legacy table are INT, or UNSIGNED. */
const rangeOf = (userId: number | null): [number, number] =>
  userId === null ? [0, 4_294_967_295] : [userId, userId];
