import type { Database } from '@cutover/database';
import type { RecordedAccount } from '../../external-accounts/external-account-state';
import type { LedgerFacts } from './sync-ledger';

export interface FactsOfUser {
  userId: number;
  from: LedgerFacts;
  to: LedgerFacts;
}

/** Sets links and what is known of accounts, in a transaction that has the people locked. */
export async function writeFacts(database: Database, facts: FactsOfUser[]): Promise<void> {
  await writeLinks(
    database,
    facts.filter(({ from, to }) => from.externalUserId !== to.externalUserId),
  );
  await writeAccounts(database, facts);
}

/** `updated_at` as it stands: the legacy table may say `ON UPDATE CURRENT_TIMESTAMP`. */
async function writeLinks(database: Database, links: FactsOfUser[]): Promise<void> {
  if (links.length === 0) return;
  await database.execute(
    `UPDATE users SET external_user_id = CASE id ${links.map(() => 'WHEN ? THEN ?').join(' ')} END, updated_at = updated_at
     WHERE id IN (${links.map(() => '?').join(', ')})`,
    [...links.flatMap(({ userId, to }) => [userId, to.externalUserId]), ...links.map(({ userId }) => userId)],
  );
}

async function writeAccounts(database: Database, facts: FactsOfUser[]): Promise<void> {
  if (facts.length === 0) return;
  const ids = facts.map(({ userId }) => userId);
  await database.execute(
    `DELETE FROM cutover_external_accounts WHERE user_id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
  const rows = facts.flatMap(({ userId, to }) => (to.account ? [valuesOf(userId, to.account)] : []));
  if (rows.length === 0) return;
  await database.execute(
    `INSERT INTO cutover_external_accounts (user_id, state, object_id, upn, seen_at, run_id)
     VALUES ${rows.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
    rows.flat(),
  );
}

const valuesOf = (userId: number, { state, objectId, upn, seenAt, runId }: RecordedAccount) => [
  userId,
  state,
  objectId,
  upn,
  seenAt,
  runId,
];
