import { describeOnMysql, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import type { GuardrailVerdict, VerificationReport } from '@cutover/rollout';
import { Cutover } from './testing/cutover';
import { insertRows, migrate, query } from './testing/schema';

const HOUR = 60 * 60 * 1000;
const OPENED = Date.now() - HOUR;

/** One sign-in; on a device of the person's own, half an hour after the stage was opened. */
const attempt = (userId: number, row: Record<string, unknown> = {}) => ({
  at: OPENED + HOUR / 2,
  user_id: userId,
  side: 'external',
  outcome: 'success',
  code: null,
  duration_ms: 250,
  known_device: 1,
  fallback: 0,
  stage: 'all',
  policy_version: 2,
  ...row,
});
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describeOnMysql('cutover rollout verify', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    const people = range(1, 60).map((id) => ({ id, username: `person-${id}`, hashed_password: 'x' }));
    await insertRows(database, 'users', people);
    await query(database, `UPDATE users SET is_active = 0 WHERE id = 60`);
    await insertRows(database, 'cutover_shadow_checks', [
      { user_id: 59, claimed_at: OPENED, checked_at: OPENED, finding: 'mfa_required' },
    ]);
    const decision = { percent: 0, changed_by: 'olga', reason: 'a test', salt: 'salt' };
    await insertRows(database, 'cutover_rollout_policies', [
      { ...decision, version: 1, stage: 'test-users', test_users: '[1,2]', changed_at: OPENED - 24 * HOUR },
      { ...decision, version: 2, stage: 'all', test_users: '[1,2]', changed_at: OPENED },
    ]);
    const before = { at: OPENED - HOUR, duration_ms: 100, stage: 'test-users', policy_version: 1 };
    await insertRows(
      database,
      'cutover_sign_in_outcomes',
      [1, 2].map((id) => attempt(id, before)),
    );
    await insertRows(database, 'cutover_sign_in_outcomes', [
      ...range(1, 40).map((id) => attempt(id)),
      attempt(41, { outcome: 'refused', code: 'invalid_credentials' }),
      attempt(41, { outcome: 'refused', code: 'account_disabled' }),
      attempt(42, { outcome: 'refused', code: 'mfa_required', known_device: 0 }),
      attempt(43, { outcome: 'refused', code: 'invalid_credentials' }),
      attempt(43),
      attempt(44, { side: 'local', fallback: 1 }),
      attempt(45, { side: 'local' }), // pinned at that time
    ]);
    cutover = new Cutover({ DATABASE_URL: database.url, ...DESCRIBED_API });
  });
  afterAll(async () => {
    cutover.remove();
    await database.drop();
  });

  it('says of each person who was moved what became of them, and fails with its gates', async () => {
    const { code, stdout, stderr } = await cutover.run(['rollout', 'verify', '--json']);
    const report = JSON.parse(stdout) as VerificationReport;
    expect(report).toMatchObject({
      stage: 'all',
      since: new Date(OPENED).toISOString(),
      before: { stage: 'test-users', side: 'external' },
      switched: {
        count: 56, // but for the test users, the one of whom shadow knows, and the inactive one
        signedIn: 39,
        failed: {
          count: 3,
          reasons: { account_disabled: 1, mfa_required: 1, external_unavailable: 1 },
          people: [
            { username: 'person-41', code: 'account_disabled' },
            { username: 'person-42', code: 'mfa_required' },
            { username: 'person-44', code: 'external_unavailable' },
          ],
        },
        neverCame: { count: 14, names: expect.arrayContaining(['person-45', 'person-58']) },
      },
      figures: {
        now: { people: 43, faulty: 1, refused: 1, successes: 41, p95: 250 },
        before: { people: 2, faulty: 0, refused: 0, successes: 2, p95: 100 },
      },
      passed: false,
    });
    const failed = report.gates.filter(({ passed }) => !passed).map(({ gate }) => gate);
    expect(failed).toEqual(['faults', 'refusals']);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { detail: expect.stringContaining('faults, refusals') },
    });
    const said = await cutover.run(['rollout', 'verify']);
    expect(said.code).toBe(1);
    expect(said.stdout).toMatch(/^person-42 +mfa_required$/m);
    expect(said.stdout).toMatch(/^refusals +NO +refusals: 1 of 43 people/m);
  });

  it('passes once the causes are gone, and the status shows verdicts and what shadow found', async () => {
    await query(database, `DELETE FROM cutover_sign_in_outcomes WHERE user_id IN (41, 44)`);
    const side = { people: 30, faulty: 0, refused: 0, successes: 30, p95: 100 };
    await insertRows(database, 'cutover_guardrail_verdicts', [
      {
        evaluation: 1,
        at: Date.now() - 1000,
        policy_version: 2,
        stage: 'all',
        percent: 0,
        verdict: 'healthy',
        reasons: '[]',
        figures: JSON.stringify({
          external: side,
          baseline: side,
          guesses: { people: 0, now: 0, before: 0 },
        }),
      },
    ]);
    const [report, status] = await Promise.all([
      cutover.answer<VerificationReport>(['rollout', 'verify']),
      cutover.answer<{ verdicts: GuardrailVerdict[]; shadow: object }>(['rollout', 'status']),
    ]);
    expect(report).toMatchObject({ passed: true, switched: { signedIn: 39, failed: { count: 1 } } });
    expect(status).toMatchObject({
      verdicts: [{ verdict: 'healthy', stage: 'all', reasons: [], action: null }],
      shadow: { mfa_required: 1 },
    });
  });

  it('warns of what shadow costs, in the help of rollout set', async () => {
    const { stdout } = await cutover.run(['rollout', 'set', '--help']);
    expect(stdout).toMatch(/differs over there, that counts as one failed attempt/);
    const set = ['rollout', 'set', 'shadow', '--reason', 'to know first', '--dry-run'];
    expect(await cutover.answer(set)).toMatchObject({ rollout: { stage: 'shadow' } });
  });
});
