import { randomUUID } from 'node:crypto';
import type { Page } from '@cutover/contracts';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import type { ListedSession } from '@cutover/sessions';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

describeOnMysql('cutover sessions', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;
  const [phone, desk, bobs] = [randomUUID(), randomUUID(), randomUUID()];

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    cutover = new Cutover({ DATABASE_URL: database.url });
    for (const name of ['ada', 'bob'])
      await cutover.answer(['users', 'add', '--username', name, '--no-password']);
  });
  afterAll(async () => {
    cutover.remove();
    await database.drop();
  });

  beforeEach(async () => {
    await query(database, 'DELETE FROM cutover_sessions');
    const now = Date.now();
    for (const [id, userId, age, device] of [
      [phone, 1, 120_000, 'Telephone/1.0 \x1b[2J'],
      [desk, 1, 60_000, null],
      [bobs, 2, 60_000, 'Desk/1.0'],
    ] as const) {
      await query(
        database,
        `INSERT INTO cutover_sessions (id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at, user_agent, address)
         VALUES (?, ?, 'local', 0, '[]', ?, ?, ?, ?, '192.0.2.7')`,
        [id, userId, now - age, now - age, now + 3_600_000, device],
      );
    }
  });

  const list = (user: string, ...rest: string[]) =>
    cutover.answer<Page<ListedSession>>(['sessions', 'list', '--user', user, ...rest]);
  const revoke = (...rest: string[]) => ['sessions', 'revoke', ...rest];

  it('lists where somebody is signed in, a page at a time, and shows what a terminal would obey', async () => {
    const first = await list('ADA', '--limit', '1');
    expect(first.items).toMatchObject([
      { id: desk, userAgent: null, address: '192.0.2.7', authMode: 'local' },
    ]);
    const rest = await list('ada', '--cursor', `${first.nextCursor}`);
    expect(rest).toMatchObject({ items: [{ id: phone }], nextCursor: null });

    const lines = (await cutover.run(['sessions', 'list', '--user', 'ada'])).stdout.split('\n');
    expect(lines[0]).toMatch(/^SESSION +SIGNED IN +LAST USED +EXPIRES +SIDE +ADDRESS +USER AGENT$/);
    expect(lines[1]).toMatch(new RegExp(`^${desk} .* local +192\\.0\\.2\\.7 +-$`));
    expect(lines[2]).toMatch(/Telephone\/1\.0 \\u\{1b\}\[2J$/);
    expect(lines).toHaveLength(4);
  });

  it('ends all of one person, nobody else’s, and says so once', async () => {
    expect((await cutover.run(revoke('--user', 'ada'))).stdout).toBe('Ended 2 sessions of ada.\n');
    expect((await cutover.run(['sessions', 'list', '--user', 'ada'])).stdout).toBe(
      'ada is signed in nowhere.\n',
    );
    expect((await list('bob')).items).toMatchObject([{ id: bobs }]);
    expect(
      await query(database, 'SELECT end_reason AS reason FROM cutover_sessions WHERE user_id = 1'),
    ).toEqual([{ reason: 'revoked' }, { reason: 'revoked' }]);
    expect(await cutover.answer(revoke('--user', 'ada'))).toEqual({ dryRun: false, user: 'ada', ended: 0 });
  });

  it('ends one of them, and does no harm when asked again', async () => {
    const one = revoke('--user', 'ada', '--session', phone);
    expect((await cutover.run(one)).stdout).toBe('Ended 1 session of ada.\n');
    expect((await cutover.run(one)).stdout).toBe('Nothing to end: ada has no such session open.\n');
    expect((await list('ada')).items).toMatchObject([{ id: desk }]);
  });

  it('ends none in a dry run', async () => {
    const before = dump(database, 'cutover_sessions');
    const answers = await Promise.all([
      cutover.answer(revoke('--user', 'ada', '--dry-run')),
      cutover.answer(revoke('--user', 'ada', '--session', desk, '--dry-run')),
    ]);
    expect(answers).toEqual([
      { dryRun: true, user: 'ada', ended: 2 },
      { dryRun: true, user: 'ada', ended: 1 },
    ]);
    expect(dump(database, 'cutover_sessions')).toBe(before);
  });

  it('refuses a stranger’s name and a session that is not theirs, and wants to know whose', async () => {
    const before = dump(database, 'cutover_sessions');
    const [nobody, foreign, usage] = await Promise.all([
      cutover.refusal(revoke('--user', 'nobody')),
      cutover.refusal(revoke('--user', 'ada', '--session', bobs)),
      cutover.refusal(revoke()),
    ]);
    expect(nobody).toMatchObject({ exit: 2, code: 'validation_failed', stdout: '' });
    expect(nobody.detail).toContain('No user is called nobody');
    expect(foreign).toMatchObject({ exit: 2, code: 'not_found', detail: 'There is no such session.' });
    expect(usage).toMatchObject({ exit: 64, code: 'usage' });
    expect(dump(database, 'cutover_sessions')).toBe(before);
  });
});
