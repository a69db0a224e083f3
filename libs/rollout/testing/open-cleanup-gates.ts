import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@cutover/database';
import { AuditProcess } from '@cutover/operations/testing';

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds for which the sealer of an API that runs may take its time. */
const SEALED_WITHIN = 10_000;

interface Fixture {
  /** AUDIT_KEYS of the process whose gates are opened. */
  auditKeys: string;
  /** Who has a break-glass account by then. */
  breakGlass: { id: number; username: string; passwordHash?: string };
  /** Milliseconds since the drill and the rehearsal; a day. */
  drillAgo?: number;
  rehearsalAgo?: number;
}

/** What the gates of the clean-up ask for, as a rollout that went well would have left it; links are the caller's. */
export async function openCleanupGates(
  database: Database,
  { auditKeys, breakGlass, drillAgo = DAY, rehearsalAgo = DAY }: Fixture,
): Promise<void> {
  const now = Date.now();
  const execute = (sql: string, parameters: unknown[]) => database.execute(sql, parameters);
  await execute(
    `INSERT INTO cutover_rollout_policies (version, stage, percent, test_users, changed_by, changed_at, reason, salt)
     SELECT MAX(version) + 1, 'all', 100, '[]', 'olga', ?, 'a test', MAX(salt) FROM cutover_rollout_policies`,
    [now - 40 * DAY],
  );
  await execute(`DELETE FROM cutover_user_state`, []);
  await execute(
    `INSERT INTO cutover_user_state (user_id, last_sign_in_at) SELECT id, ${now - DAY} FROM users`,
    [],
  );
  await execute(
    `INSERT INTO cutover_break_glass (user_id, username, password_hash, added_by, added_at) VALUES (?, ?, ?, 'olga', ?)`,
    [breakGlass.id, breakGlass.username, breakGlass.passwordHash ?? 'x', now],
  );
  const trail = new AuditProcess(database, auditKeys);
  const entries = [
    [31 * DAY, 'users.synced', {}],
    [2 * DAY, 'sign_in', { authMode: 'external', sessionId: 's' }],
    [drillAgo, 'sign_in', { authMode: 'local', sessionId: 's', breakGlass: true }],
    [drillAgo, 'break_glass.sign_in', { sessionId: 's', provider: 'down' }],
    [rehearsalAgo, 'rehearsal.completed', { backupRestored: true }],
  ] as const;
  for (const [ago, action, detail] of entries)
    await trail.backdated(now - ago, { action, actor: 'a test', outcome: 'success', detail });
  await trail.end();
  await allSealed(trail);
  await execute(
    `INSERT INTO cutover_backups (taken_at, verified_at, made_by, file, sha256, encrypted, users)
     VALUES (?, ?, 'olga', 'a.backup', 'x', 1, 1)`,
    [now - 60_000, now],
  );
}

/** Entries of days ago count as waiting too long for their seal, and an API that runs holds the lease at times. */
async function allSealed(trail: AuditProcess): Promise<void> {
  const end = Date.now() + SEALED_WITHIN;
  while ((await trail.backlog.take()).unsealed > 0) {
    if (Date.now() > end) throw new Error('nobody sealed what opens the gates of the clean-up');
    await delay(50);
  }
}
