import type { Database } from '@cutover/database';
import type { RolloutPolicy } from '../policy/rollout-policy';
import type { BackupHeader, BackupRecord, Row, Value } from './format/records';
import { Tally } from './format/tally';
import type { Table } from './table';
import type { Tables } from './tables';

/** Rows read at once. */
const BATCH = 1000;
/** Characters that are written at once. */
const BUFFER = 256 * 1024;

/** Everything of one snapshot, as the lines of a file. To be read inside of that snapshot. */
export async function* backupContent(
  tables: Tables,
  about: { takenAt: number; engine: Database['engine']; databaseId: string; policy: RolloutPolicy },
  onProgress: (users: number) => void,
): AsyncGenerator<Buffer> {
  const tally = new Tally();
  let buffered = '';
  const line = (content: unknown) => {
    const text = JSON.stringify(content);
    tally.line(text);
    buffered += `${text}\n`;
  };
  line(headerOf(tables, about));
  for await (const record of records(tables)) {
    line(record);
    tally.record(record);
    if (buffered.length < BUFFER) continue;
    yield Buffer.from(buffered);
    buffered = '';
    onProgress(tally.counts.users);
  }
  yield Buffer.from(`${buffered}${JSON.stringify({ end: tally.end() })}\n`);
  onProgress(tally.counts.users);
}

function headerOf(
  tables: Tables,
  { takenAt, engine, databaseId, policy }: Parameters<typeof backupContent>[1],
): BackupHeader {
  return {
    backup: 'cutover',
    version: 1,
    takenAt,
    engine,
    databaseId,
    columns: {
      users: tables.users.columns,
      state: tables.state.columns,
      account: tables.account.columns,
      runs: tables.runs.columns,
      changes: tables.changes.columns,
    },
    policy: { ...policy, testUserIds: [...policy.testUserIds] },
  };
}

async function* records({ users, state, account, runs, changes }: Tables): AsyncGenerator<BackupRecord> {
  for (let after = -1; ;) {
    const rows = await users.rows(`WHERE id > ? ORDER BY id LIMIT ${BATCH}`, [after]);
    const last = rows.at(-1)?.[users.at('id')];
    if (last === undefined) break;
    const [states, accounts] = [
      await beside(state, after, Number(last)),
      await beside(account, after, Number(last)),
    ];
    for (const user of rows) {
      const id = user[users.at('id')] ?? null;
      yield { user, state: states.get(id) ?? null, account: accounts.get(id) ?? null };
    }
    after = Number(last);
  }
  for (const run of await runs.rows('ORDER BY id', [])) {
    yield { run };
    for await (const change of changesOf(changes, run[runs.at('id')] ?? null)) yield { change };
  }
}

async function* changesOf(changes: Table, run: Value): AsyncGenerator<Row> {
  for (let after = -1; ;) {
    const rows = await changes.rows(`WHERE run_id = ? AND user_id > ? ORDER BY user_id LIMIT ${BATCH}`, [
      run,
      after,
    ]);
    yield* rows;
    if (rows.length < BATCH) return;
    after = Number(rows.at(-1)?.[changes.at('user_id')]);
  }
}

async function beside(table: Table, after: number, upTo: number): Promise<Map<Value, Row>> {
  const rows = await table.rows(`WHERE user_id > ? AND user_id <= ?`, [after, upTo]);
  return new Map(rows.map((row) => [row[table.at('user_id')] ?? null, row]));
}
