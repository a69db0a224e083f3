import { isDeepStrictEqual } from 'node:util';
import type { Row } from '../format/records';
import type { Pass } from './pass';
import type { RestoreReport } from './restore-report';

const places = (values: unknown[]) => values.map(() => '?').join(', ');

/**
 * Sets the ledger of syncs back to what it said, so that a run which is in force again can be taken back again, and one
 * that was broken off goes on from where it stood. Runs that began since have nothing in force any more, but for people
 * who are not in the backup: they are marked as taken back, and their plans can be applied anew.
 */
export class LedgerRestoration {
  private readonly known: string[] = [];

  constructor(
    private readonly pass: Pass,
    private readonly by: string,
    private readonly report: RestoreReport,
  ) {}

  async run(run: Row): Promise<void> {
    const { database, tables, writes, lock } = this.pass;
    const id = String(run[tables.runs.at('id')]);
    this.known.push(id);
    const [now] = await tables.runs.rows(`WHERE id = ?${lock}`, [id]);
    if (isDeepStrictEqual(now, run)) return;
    this.report.runs++;
    if (!writes) return;
    await database.execute(`DELETE FROM cutover_sync_changes WHERE run_id = ? AND batch > ?`, [
      id,
      run[tables.runs.at('batches')],
    ]);
    if (now)
      await tables.runs.update(
        'id',
        [run],
        tables.runs.columns.filter((column) => column !== 'id'),
      );
    else await tables.runs.insert([run]);
  }

  /** @param rows of one run, at least one */
  async changes(rows: Row[]): Promise<void> {
    const { database, tables, writes, lock } = this.pass;
    if (!writes) return;
    const { changes } = tables;
    const userOf = (row: Row) => Number(row[changes.at('user_id')]);
    const run = rows[0]?.[changes.at('run_id')] ?? null;
    const users = rows.map(userOf);
    const condition = `WHERE run_id = ? AND user_id IN (${places(users)})`;
    const present = await changes.rows(`${condition}${lock}`, [run, ...users]);
    const now = new Map(present.map((row) => [userOf(row), row]));
    const differing = rows.filter((row) => !isDeepStrictEqual(now.get(userOf(row)), row));
    if (differing.length === 0) return;
    await database.execute(
      `DELETE FROM cutover_sync_changes WHERE run_id = ? AND user_id IN (${places(differing)})`,
      [run, ...differing.map(userOf)],
    );
    await changes.insert(differing);
  }

  async finish(): Promise<void> {
    const { database, writes, lock } = this.pass;
    const known = new Set(this.known);
    const open = await database.query<{ id: string }>(
      `SELECT id FROM cutover_sync_runs WHERE undone_at IS NULL ORDER BY id${lock}`,
    );
    for (const { id } of open.filter((run) => !known.has(run.id))) {
      this.report.takenBack.push(id);
      if (!writes) continue;
      await database.execute(`UPDATE cutover_sync_runs SET undone_at = ?, undone_by = ? WHERE id = ?`, [
        Date.now(),
        this.by,
        id,
      ]);
    }
  }
}
