import type { ReadinessReport, Rollout } from '@cutover/contracts';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import type { PlannedMovement, RolloutNote } from '@cutover/rollout';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

interface Decided {
  rollout: Rollout;
  moves: PlannedMovement;
}
type Status = Rollout & { people: Record<string, number>; notes: RolloutNote[] };

describeOnMysql('cutover rollout, stage by stage', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;
  const promote = (...rest: string[]) => ['rollout', 'promote', '--reason', 'it went well', ...rest];
  const set = (...rest: string[]) => ['rollout', 'set', ...rest, '--reason', 'a test'];
  const status = () => cutover.answer<Status>(['rollout', 'status']);

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    const rows = Array.from({ length: 400 }, (_, index) => `('person-${index + 1}', 'x')`);
    await query(database, `INSERT INTO users (username, hashed_password) VALUES ${rows.join(', ')}`);
    await query(database, `UPDATE users SET is_active = 0 WHERE id = 400`);
    await query(database, `UPDATE users SET hashed_password = NULL WHERE id = 2`);
    await query(
      database,
      `INSERT INTO cutover_user_state (user_id, last_external_refusal) VALUES (1, 'mfa_required')`,
    );
    cutover = new Cutover({ DATABASE_URL: database.url, ...DESCRIBED_API });
  });
  afterAll(async () => {
    cutover.remove();
    await database.drop();
  });

  it('plans a change, with those at risk and those who are left without a way in, and decides nothing', async () => {
    const before = dump(database, 'cutover_rollout_policies');
    const all = await cutover.answer<PlannedMovement>(['rollout', 'plan', 'all']);
    expect(all).toMatchObject({
      from: { stage: 'off' },
      to: { stage: 'all' },
      people: { local: 0, external: 399 },
      toExternal: { count: 399 },
      toLocal: { count: 0, names: [] },
      atRisk: {
        count: 2,
        reasons: { mfa_required: 1, no_local_password: 1 },
        people: [
          { username: 'person-1', reason: 'mfa_required' },
          { username: 'person-2', reason: 'no_local_password' },
        ],
      },
      noWayIn: { count: 0, names: [] },
    });
    expect(all.toExternal.names).toHaveLength(20);
    const { stdout } = await cutover.run(['rollout', 'plan', 'test-users', '--users', 'person-1,person-7']);
    expect(stdout.split('\n')).toEqual([
      'From off to test-users:',
      '2 on the external side then, 397 on the local one.',
      '2 to the external side: person-1, person-7.',
      'Of these, 1 at risk (50.0 %): 1 mfa_required.',
      '1 without an e-mail address here are asked once for the password used until now: person-7.',
      'Warning: 1 on the local side without a local password, who can sign in nowhere: person-2.',
      '',
    ]);
    expect(dump(database, 'cutover_rollout_policies')).toBe(before);
  });

  it('promotes step by step, and asks for a backup past the test users', async () => {
    expect(await cutover.refusal(promote())).toMatchObject({
      exit: 2,
      detail: expect.stringContaining('at least one test user'),
    });
    await cutover.answer(set('test-users', '--users', 'person-7'));
    const unprotected = [promote(), promote('--dry-run'), set('percent', '--percent', '5'), set('all')];
    const refusals = await Promise.all(unprotected.map((args) => cutover.refusal(args)));
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        exit: 2,
        code: 'validation_failed',
        detail: expect.stringContaining('--without-backup'),
      });
    }
    const five = await cutover.answer<Decided>(promote('--without-backup'));
    expect(five.rollout).toMatchObject({ stage: 'percent', percent: 5, testUsers: ['person-7'] });
    const quarter = await cutover.answer<Decided>(promote('--without-backup'));
    expect(quarter.rollout).toMatchObject({ stage: 'percent', percent: 25 });
    expect(quarter.moves.toLocal.count).toBe(0);
    const { people } = await status();
    expect(people).toEqual({ ...quarter.moves.people, inactive: 1, left: 0 });
    expect(quarter.moves.people.external).toBe(
      1 + five.moves.toExternal.count + quarter.moves.toExternal.count,
    );
  });

  it('says who moves back when a share is lowered, and needs no backup for it', async () => {
    const { rollout, moves } = await cutover.answer<Decided>(set('percent', '--percent', '10'));
    expect(rollout).toMatchObject({ stage: 'percent', percent: 10 });
    expect(moves.toExternal.count).toBe(0);
    expect(moves.toLocal.count).toBeGreaterThan(0);
    expect(moves.toLocal.names).not.toContain('person-7');
  });

  it('does not go on while a hold stands, until a person lifts it', async () => {
    await query(
      database,
      `UPDATE cutover_rollout_policies SET hold_reason = 'sign-ins fail', hold_since = 1790000000000 WHERE percent = 10`,
    );
    const held = await cutover.run(['rollout', 'status']);
    expect(held.stdout).toContain('hold        since 2026-09-21T14:13:20.000Z: sign-ins fail\n');
    for (const args of [promote('--without-backup'), set('all', '--without-backup')]) {
      expect(await cutover.refusal(args)).toMatchObject({
        exit: 2,
        code: 'validation_failed',
        detail: expect.stringContaining('--lift-hold'),
      });
    }
    await cutover.answer(set('percent', '--percent', '10', '--lift-hold'));
    const all = await cutover.answer<Decided>(set('all', '--without-backup'));
    expect(all.rollout).toMatchObject({ stage: 'all', hold: null });
    expect(await cutover.refusal(promote('--without-backup'))).toMatchObject({
      exit: 2,
      detail: expect.stringContaining('nothing is left to open'),
    });
  });

  it('tells one of two operators who decide at once of the conflict', async () => {
    const { version } = await status();
    const decide = (stage: string) =>
      cutover.runAlone([...set(stage), '--if-version', String(version), '--json']);
    const codes = (await Promise.all([decide('off'), decide('test-users')])).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 2]);
    expect((await status()).version).toBe(version + 1);
    expect(cutover.output).toContain('version_conflict');
  });

  it('sets a schedule by which the rollout goes on by itself, and shows what is left of it', async () => {
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
    const [first, second] = [inHours(24), inHours(48)];
    const five = (steps: string) =>
      set('percent', '--percent', '5', '--without-backup', '--auto-promote', steps);
    const steps = `25@${first}Z,all@${second}Z`;
    const before = await status();
    const dry = await cutover.answer<{ autoPromote: unknown }>([...five(steps), '--dry-run']);
    const left = {
      ...{ version: before.version + 1, reason: 'a test', setBy: expect.stringMatching(/^cli:/) },
      steps: [
        { stage: 'percent', percent: 25, at: `${first}:00.000Z` },
        { stage: 'all', percent: null, at: `${second}:00.000Z` },
      ],
    };
    expect(dry.autoPromote).toMatchObject(left);
    const noDay = await cutover.run(five('25@2027-02-31T08:00Z'));
    expect(noDay).toMatchObject({ code: 64, stderr: expect.stringContaining('a day that exists') });
    expect(await cutover.refusal(five(`25@${second}Z,all@${first}Z`))).toMatchObject({
      ...{ exit: 2, code: 'validation_failed' },
      detail: expect.stringContaining('the step to all is not later than the one before it'),
    });
    expect(await status()).toMatchObject({ version: before.version, autoPromote: null });

    await cutover.answer(five(steps));
    expect(await status()).toMatchObject({ percent: 5, autoPromote: left });
    const { stdout } = await cutover.run(['rollout', 'status']);
    expect(stdout).toContain(
      `scheduled   percent 25 from ${first}:00.000Z, all from ${second}:00.000Z; by cli:`,
    );
    const [version, since] = [before.version + 1, '2026-01-02T03:04:05.000Z'];
    await query(
      database,
      `INSERT INTO cutover_promotion_waits VALUES (${version}, 'a closed circuit: it is open', ${Date.parse(since)})`,
    );
    expect((await cutover.run(['rollout', 'status'])).stdout).toContain(
      `The first is due, and since ${since} has waited for a closed circuit: it is open.`,
    );
    await cutover.answer(set('off'));
    expect(await status()).toMatchObject({ autoPromote: null });
  });

  it('keeps notes with the stage, and shows them', async () => {
    await cutover.answer(set('off'));
    const before = dump(database, 'cutover_rollout_notes');
    const text = 'help desk: three calls\n\u001b[2J about second factors';
    const [dry, blank] = await Promise.all([
      cutover.run(['rollout', 'note', text, '--dry-run']),
      cutover.refusal(['rollout', 'note', ' ']),
    ]);
    expect(dry.stdout).toBe('Would keep the note.\n');
    expect(blank).toMatchObject({ exit: 2, code: 'validation_failed' });
    expect(dump(database, 'cutover_rollout_notes')).toBe(before);

    await cutover.answer(['rollout', 'note', text]);
    const { notes, version } = await status();
    expect(notes).toEqual([
      {
        at: expect.stringMatching(/^20\d\d-.*Z$/),
        author: expect.stringMatching(/^cli:/),
        message: text,
        username: null,
        stage: 'off',
        version,
        requestId: null,
      },
    ]);
    const { stdout } = await cutover.run(['rollout', 'status']);
    expect(stdout).toContain('help desk: three calls\\n\\u{1b}[2J about second factors\n');
  });

  it('says who is ready, what the next step would risk, and whom to see to first', async () => {
    await query(database, `UPDATE users SET external_user_id = 'oid-3' WHERE id = 3`);
    const report = await cutover.answer<ReadinessReport & { next: PlannedMovement }>([
      'rollout',
      'readiness',
    ]);
    expect(report).toMatchObject({
      total: 400,
      ready: 1,
      atRisk: 2,
      unknown: 397,
      reasons: { mfa_required: 1, no_local_password: 1, conflict: 0 },
      next: { to: { stage: 'test-users' }, toExternal: { count: 1, names: ['person-7'] } },
    });
    await cutover.answer(set('test-users', '--users', 'person-1,person-7'));
    await cutover.answer(set('off'));
    const { stdout } = await cutover.run(['rollout', 'readiness']);
    expect(stdout).toContain('moves 2 to the external side and puts 1 of them at risk (50.0 %).');
    expect(stdout).toMatch(/person-1 +mfa_required +pin them to local/);
    expect(stdout).toMatch(/mfa_required +1 +0\.3 %/);
    expect(stdout).toContain(
      '1 without an e-mail address here are asked once for the password used until now: person-7.',
    );
  });
});
