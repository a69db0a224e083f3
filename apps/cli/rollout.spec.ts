import type { AdminUser, Rollout } from '@cutover/contracts';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

const OURS = ['users', 'cutover_user_state', 'cutover_rollout_policies'];

describeOnMysql('cutover rollout', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;
  const everything = () => OURS.map((table) => dump(database, table)).join('\n');

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    await query(
      database,
      `INSERT INTO users (username, hashed_password) VALUES ('ada', 'hash-of-ada'), ('grace', NULL)`,
    );
    cutover = new Cutover({ DATABASE_URL: database.url, ...DESCRIBED_API });
  });

  afterAll(async () => {
    expect(cutover.output).not.toContain('hash-of-ada');
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    cutover.remove();
    await database.drop();
  });

  it('refuses, with reasons, what would reach nobody or lock somebody out, and changes nothing', async () => {
    const before = everything();
    const refusals = {
      'needs at least one test user': ['set', 'test-users', '--reason', 'start'],
      ghost: ['set', 'test-users', '--users', 'ada,ghost', '--reason', 'start'],
      'No user is called ada ; "cutover users list"': ['unpin', 'ada '],
      'grace has no local password': ['pin', 'grace', 'local'],
    };
    await Promise.all(
      Object.entries(refusals).map(async ([reason, args]) => {
        const refusal = await cutover.refusal(['rollout', ...args]);
        expect(refusal).toMatchObject({ exit: 2, code: 'validation_failed', stdout: '' });
        expect(refusal.detail).toContain(reason);
      }),
    );
    expect(everything()).toBe(before);
  });

  it('decides and pins nothing in a dry run', async () => {
    const before = everything();
    const [decided, pinned] = await Promise.all([
      cutover.answer<{ rollout: Rollout }>([
        'rollout',
        'set',
        'all',
        '--without-backup',
        '--reason',
        'try',
        '--dry-run',
      ]),
      cutover.answer<{ user: AdminUser }>(['rollout', 'pin', 'ada', 'external', '--dry-run']),
    ]);
    expect(decided).toMatchObject({ dryRun: true, rollout: { stage: 'all', version: 1 } });
    expect(pinned).toMatchObject({ dryRun: true, user: { pin: 'external', authMode: 'external' } });
    expect(everything()).toBe(before);
  });

  it('lets only one of two decisions about the same version through', async () => {
    const decide = (reason: string) =>
      cutover.runAlone([
        'rollout',
        'set',
        'test-users',
        '--users',
        'grace',
        '--reason',
        reason,
        '--if-version',
        '0',
        '--json',
      ]);
    const ended = await Promise.all([decide('mine'), decide('no, mine')]);
    const [winner, loser] = ended.sort((one, other) => (one.code ?? 0) - (other.code ?? 0));
    expect(winner).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(winner?.stdout ?? '')).toMatchObject({ rollout: { version: 1, testUsers: ['grace'] } });
    expect(loser).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(loser?.stderr ?? '')).toMatchObject({ error: { code: 'version_conflict' } });
    expect(
      await query(database, 'SELECT version FROM cutover_rollout_policies ORDER BY version'),
    ).toHaveLength(2);
  });

  it('names the operator, keeps the test users, and says who decided what', async () => {
    await cutover.answer([
      'rollout',
      'set',
      'all',
      '--percent',
      '40',
      '--reason',
      'everybody',
      '--without-backup',
    ]);
    const status = await cutover.answer<Rollout>(['rollout', 'status']);
    expect(status).toMatchObject({
      stage: 'all',
      percent: 40,
      testUsers: ['grace'],
      version: 2,
      reason: 'everybody',
      hold: null,
    });
    expect(status.changedBy).toMatch(/^cli:.+/);
    const { stdout } = await cutover.run([
      'rollout',
      'set',
      'off',
      '--users',
      '',
      '--reason',
      'back to the start',
    ]);
    expect(stdout).toMatch(/^stage {7}off\ntest users {2}-\nversion {5}3\n/);
  });

  it('pins people and leaves them to the stage again', async () => {
    expect((await cutover.run(['rollout', 'pin', 'ADA', 'external'])).stdout).toBe(
      'Pinned ada to the external side. The next sign-in goes to the external side.\n',
    );
    expect(await cutover.answer(['rollout', 'unpin', 'ada'])).toMatchObject({
      dryRun: false,
      user: { username: 'ada', pin: null, authMode: 'local' },
    });
  });

  it('says where the master switch overrules what was decided', async () => {
    const off = { USE_EXTERNAL_AUTH: 'false' };
    const [pin, set] = await Promise.all([
      cutover.run(['rollout', 'pin', 'ada', 'external'], '', off),
      cutover.run(['rollout', 'set', 'all', '--without-backup', '--reason', 'everybody'], '', off),
    ]);
    expect(pin.stdout).toContain(
      'USE_EXTERNAL_AUTH is false here: until it is true, sign-ins go to the local side.',
    );
    expect(set.stdout).toContain(
      'USE_EXTERNAL_AUTH is false here: everybody signs in locally until it is true.',
    );
  });
});
