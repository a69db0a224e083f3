const DAY = 24 * 60 * 60 * 1000;

/**
 * What the gates of the clean-up ask for, as a rollout that went well would have left it; links are the caller's.
 *
 * @param breakGlass who has a break-glass account by then
 */
export async function openCleanupGates(
  execute: (sql: string, parameters: unknown[]) => Promise<unknown>,
  breakGlass: { id: number; username: string; passwordHash?: string },
): Promise<void> {
  const now = Date.now();
  const entry = (at: number, action: string, detail: object) =>
    execute(
      `INSERT INTO audit_log (at, actor, action, outcome, detail) VALUES (?, 'a test', ?, 'success', ?)`,
      [at, action, JSON.stringify(detail)],
    );
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
  await entry(now - 31 * DAY, 'users.synced', {});
  await entry(now - 2 * DAY, 'sign_in', { authMode: 'external', sessionId: 's' });
  await entry(now - DAY, 'sign_in', { authMode: 'local', sessionId: 's', breakGlass: true });
  await entry(now - DAY, 'break_glass.sign_in', { sessionId: 's', provider: 'down' });
  await entry(now - DAY, 'rehearsal.completed', { backupRestored: true });
  await execute(
    `INSERT INTO cutover_backups (taken_at, verified_at, made_by, file, sha256, encrypted, users)
     VALUES (?, ?, 'olga', 'a.backup', 'x', 1, 1)`,
    [now - 60_000, now],
  );
}
