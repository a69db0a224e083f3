import type { RollbackPlan, RolledBack } from '@cutover/rollout';
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
    const [shown, plan, refusal, misuse] = await Promise.all([
      cutover.run(['rollback', '--plan']),
      cutover.answer<RollbackPlan & { dryRun: boolean }>(['rollback', '--dry-run']),
      cutover.refusal(['rollback', '--reason', 'incident 4711']),
      cutover.refusal(['rollback']),
    ]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(`cutover users issue-reset -- '-o'\\''hara'`);
    expect(shown.stdout).toContain('It would be refused: 1 would be locked out.');
    expect(plan).toMatchObject({ dryRun: true, stage: 'all', lockedOut: { count: 1 } });
    expect(refusal).toMatchObject({ exit: 2, code: 'validation_failed', stdout: '' });
    expect(refusal.detail).toContain(`-o'hara (id 1): none`);
    expect(misuse).toMatchObject({ exit: 64, code: 'usage' });
    expect(await query(database, 'SELECT version FROM cutover_rollout_policies')).toHaveLength(1);

    const args = ['rollback', '--reason', 'incident 4711', '--accept-locked-out'];
    const done = await cutover.answer<RolledBack>(args);
    expect(done).toMatchObject({ rollout: { stage: 'off', hold: { reason: 'incident 4711' } }, ended: 0 });
    expect((await cutover.run(args)).stdout).toMatch(/^The rollout is off already: version 1, by cli:/);
  });
});
