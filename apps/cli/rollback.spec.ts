import type { RolledBack } from '@cutover/rollout';
import { describeOnMysql, type TestDatabase } from '@cutover/database/testing';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

describeOnMysql('cutover rollback', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    await query(
      database,
      `INSERT INTO users (username, hashed_password, external_user_id) VALUES ('-o''hara', NULL, 'oid-1')`,
    );
    await query(database, `UPDATE cutover_rollout_policies SET stage = 'all'`);
    cutover = new Cutover({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    cutover.remove();
    await database.drop();
  });

  it('shows what to do, and refuses by name until the operator accepts it', async () => {
    const [shown, refusal] = await Promise.all([
      cutover.run(['rollback', '--plan']),
      cutover.refusal(['rollback', '--reason', 'incident 4711']),
    ]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(`cutover users issue-reset -- '-o'\\''hara'`);
    expect(shown.stdout).toContain('It would be refused: 1 would be locked out.');
    expect(refusal).toMatchObject({ exit: 2, code: 'validation_failed', stdout: '' });
    expect(refusal.detail).toContain(`-o'hara (id 1): none`);
    expect(await query(database, 'SELECT version FROM cutover_rollout_policies')).toHaveLength(1);

    const code = ['users', 'issue-reset', '--dry-run', '--', "-o'hara"];
    const warned = await cutover.run(['--json', ...code]);
    const { warning } = JSON.parse(warned.stdout) as { warning: string };
    expect(warning).toContain('the new password counts only after a rollback');
    expect((await cutover.run(code)).stdout).toContain(`Warning: ${warning}`);

    const args = ['rollback', '--reason', 'incident 4711', '--accept-locked-out'];
    const done = await cutover.answer<RolledBack>(args);
    expect(done).toMatchObject({
      already: false,
      rollout: { version: 1, stage: 'off', hold: { reason: 'incident 4711' } },
    });
    expect((await cutover.run(code)).stdout).toBe(`Would make a code for -o'hara.\n`);
  });
});
