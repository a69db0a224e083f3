import type { AdminUser, Page } from '@cutover/contracts';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

const PASSWORD = 'Keep-The-Keys-2026';
const BCRYPT = `$2b$04$${'a'.repeat(53)}`;
const add = (username: string, ...rest: string[]) => ['users', 'add', '--username', username, ...rest];

describeOnMysql('cutover users', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    cutover = new Cutover({ DATABASE_URL: database.url });
  });

  afterAll(async () => {
    const hashes = await query<{ hash: string | null }>(
      database,
      'SELECT hashed_password AS hash FROM users',
    );
    for (const secret of [PASSWORD, ...hashes.map(({ hash }) => hash)]) {
      if (secret !== null) expect(cutover.output).not.toContain(secret);
    }
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    cutover.remove();
    await database.drop();
  });

  it('says of an empty table how to fill it', async () => {
    expect((await cutover.run(['users', 'list'])).stdout).toContain('cutover users add --help');
  });

  it('checks everything in a dry run and adds nobody', async () => {
    const before = dump(database, 'users');
    const olga = add('olga', '--email', 'olga@example.org', '--role', 'admin', '--password-stdin');
    const [answer, refusal] = await Promise.all([
      cutover.answer([...olga, '--dry-run'], PASSWORD),
      cutover.refusal([...add(' olga', '--no-password'), '--dry-run']),
    ]);
    expect(answer).toEqual({
      dryRun: true,
      user: { id: null, username: 'olga', email: 'olga@example.org', fullName: null, role: 'admin' },
    });
    expect(refusal).toMatchObject({ exit: 2 });
    expect(dump(database, 'users')).toBe(before);
  });

  it('adds the first administrator, with a password that sign-in can check', async () => {
    const { code, stdout } = await cutover.run(
      add('olga', '--full-name', 'Olga Operator', '--role', 'admin', '--password-stdin'),
      `${PASSWORD}\n`,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Added olga (admin) with id 1.\n' });
    const [row] = await query<Record<string, unknown>>(database, 'SELECT role, hashed_password FROM users');
    expect(row).toEqual({ role: 'admin', hashed_password: expect.stringMatching(/^\$argon2id\$/) });
  });

  it('adds a person without a local password', async () => {
    await cutover.answer(
      add('李小龍', '--full-name', '李小龍 🧑‍🚀', '--email', 'lee@example.org', '--no-password'),
    );
    expect(
      await query(database, `SELECT hashed_password FROM users WHERE email = 'lee@example.org'`),
    ).toEqual([{ hashed_password: null }]);
  });

  it('refuses, with every fault at once, and adds nobody', async () => {
    const before = dump(database, 'users');
    const refusals: [string[], RegExp][] = [
      [add('OLGA', '--no-password'), /^username: OLGA equals a name that exists already/],
      [
        add('ol\x1b[31mga', '--email', 'no address', '--full-name', 'Ol\tga', '--no-password'),
        /^username: .+; email: .+; full name: /,
      ],
      [['users', 'list', '--cursor', 'elsewhere'], /^cursor: expects the nextCursor of the page before/],
    ];
    await Promise.all(
      refusals.map(async ([args, reason]) => {
        const refusal = await cutover.refusal(args);
        expect(refusal).toMatchObject({ exit: 2, code: 'validation_failed', stdout: '' });
        expect(refusal.detail).toMatch(reason);
      }),
    );
    expect(dump(database, 'users')).toBe(before);
  });

  it('pages through everybody, in JSON and in columns that line up whatever the script', async () => {
    const first = await cutover.answer<Page<AdminUser>>(['users', 'list', '--limit', '1']);
    expect(first.items).toMatchObject([
      { id: 1, username: 'olga', role: 'admin', authMode: 'local', pin: null },
    ]);
    const rest = await cutover.answer<Page<AdminUser>>(['users', 'list', '--cursor', `${first.nextCursor}`]);
    expect(rest).toMatchObject({ items: [{ username: '李小龍' }], nextCursor: null });

    const { stdout } = await cutover.run(['users', 'list']);
    expect(stdout.split('\n')).toEqual([
      'ID  USERNAME  NAME           ROLE   ACTIVE  SIDE   PIN  LINKED',
      '1   olga      Olga Operator  admin  yes     local  -    no',
      '2   李小龍    李小龍 🧑‍🚀      user   yes     local  -    no',
      '',
    ]);
  });

  it('lists who has a problem, and shows what a terminal would obey', async () => {
    if (engine.name === 'mysql') {
      // The collation of a legacy table that holds such names; ours would not take them.
      await query(database, 'ALTER TABLE users MODIFY username VARCHAR(150) COLLATE utf8mb4_bin NOT NULL');
    }
    await query(
      database,
      `INSERT INTO users (id, username, hashed_password) VALUES (11, ?, 'md5:1234'), (12, ?, ?), (13, ?, ?)`,
      ['kirk\x1b[2J', 'ada', BCRYPT, 'ADA', BCRYPT],
    );
    const { stdout } = await cutover.run(['users', 'list', '--problems']);
    expect(stdout.split('\n')).toEqual([
      'ID  USERNAME       PROBLEM',
      '11  kirk\\u{1b}[2J  unknown hash format',
      '12  ada            same name as id 13: rename all but one',
      '13  ADA            same name as id 12: rename all but one',
      '',
    ]);
  });
});
