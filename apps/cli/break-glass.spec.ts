import { describeOnMysql, type TestDatabase } from '@cutover/database/testing';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

const GLASS = 'Hammer-beside-the-door-7';
const OTHER = 'Hammer-behind-the-door-8';
const glass = (...rest: string[]) => ['break-glass', ...rest];
const add = (name: string, ...rest: string[]) => glass('add', '--user', name, '--password-stdin', ...rest);
const test = (name: string) => glass('test', name, '--password-stdin');

describeOnMysql('cutover break-glass', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    await query(
      database,
      `INSERT INTO users (username, hashed_password, role, is_active)
       VALUES ('rescue', 'x', 'admin', 1), ('ada', 'x', 'user', 1)`,
    );
    cutover = new Cutover({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    for (const secret of [GLASS, OTHER, '$argon2']) expect(cutover.output).not.toContain(secret);
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    cutover.remove();
    await database.drop();
  });

  const stored = () =>
    query<{ user_id: number; password_hash: string }>(database, 'SELECT * FROM cutover_break_glass');
  const users = () => query(database, 'SELECT * FROM users');

  it('refuses who is not fit for it and what is no password for it, and changes nothing in a dry run', async () => {
    const refusals: [string[], string, RegExp][] = [
      [add('ada'), GLASS, /^ada is no administrator/],
      [add('rescue'), 'Short-Hammer-1', /^password: expects at least 15 characters/],
      [test('rescue'), GLASS, /^rescue has no break-glass credentials/],
    ];
    const [dryRun] = await Promise.all([
      cutover.answer(add('rescue', '--dry-run'), GLASS),
      ...refusals.map(async ([args, input, reason]) => {
        const refusal = await cutover.refusal(args, input);
        expect(refusal).toMatchObject({ exit: 2, code: 'validation_failed', stdout: '' });
        expect(refusal.detail).toMatch(reason);
      }),
    ]);
    expect(dryRun).toMatchObject({ dryRun: true, user: { id: 1, username: 'rescue' }, replaced: false });
    expect(await stored()).toEqual([]);
  });

  it('adds, tests, lists and removes, and touches no row of users', async () => {
    const before = await users();
    const { code, stdout } = await cutover.run(add('RESCUE'), `${GLASS}\n`);
    expect({ code, first: stdout.split('\n')[0] }).toEqual({
      code: 0,
      first: 'Gave break-glass credentials to rescue; 0 session(s) ended.',
    });
    expect(await stored()).toMatchObject([
      { user_id: 1, username: 'rescue', password_hash: expect.stringMatching(/^\$argon2id\$/) },
    ]);
    const [right, wrong] = await Promise.all([
      cutover.answer(test('rescue'), GLASS),
      cutover.refusal(test('rescue'), OTHER),
    ]);
    expect(right).toEqual({ user: { id: 1, username: 'rescue' }, opens: true });
    expect(wrong).toMatchObject({ exit: 2, code: 'invalid_credentials' });
    const today = new Date().toISOString().slice(0, 10);
    expect((await cutover.run(glass('list'))).stdout.split('\n')).toEqual([
      'ID  USERNAME  STATE  LAST SIGN-IN  LAST DRILL   LAST TEST',
      `1   rescue    ready  never         never (due)  ${today}`,
      '',
    ]);
    expect((await cutover.run(glass('remove', 'rescue'))).code).toBe(0);
    expect(await stored()).toEqual([]);
    expect(await users()).toEqual(before);
  });
});
