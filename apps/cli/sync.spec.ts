import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import { Cutover } from './testing/cutover';
import { behind, migrate, query } from './testing/schema';

const HEADER = 'userPrincipalName,displayName,mail,id,userType,accountEnabled';
const objectId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const line = (number: number, name: string, type = 'Member') =>
  `${name}@contoso.example,"${name}, ""the"" one",${name}@contoso.example,${objectId(number)},${type},True`;
const csv = (...lines: string[]) => `\ufeff${[HEADER, ...lines].join('\r\n')}\r\n`;

/** Milliseconds: each test waits for several processes. */
const PATIENCE = 120_000;

interface Applied {
  run: string;
  already: boolean;
  changed: number;
  linked: Record<string, number>;
}

jest.setTimeout(PATIENCE);

describeOnMysql('cutover users sync', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;
  let folder: string;

  beforeEach(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    cutover = new Cutover({ DATABASE_URL: database.url });
    folder = mkdtempSync(join(tmpdir(), 'cutover-sync-'));
  });
  afterEach(async () => {
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    cutover.remove();
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  const path = (name: string) => join(folder, name);
  const insert = (usernames: string[]) =>
    query(
      database,
      `INSERT INTO users (username, email, hashed_password) VALUES ${usernames.map(() => `(?, ?, 'x')`).join(', ')}`,
      usernames.flatMap((name) => [name, `${name}@contoso.example`]),
    );
  const plan = (...rest: string[]) => [
    ...['users', 'sync', '--from', path('users.csv'), '--plan', path('plan.jsonl')],
    ...rest,
  ];
  const apply = (...rest: string[]) => [
    ...['users', 'sync', '--apply', path('plan.jsonl'), '--without-backup'],
    ...rest,
  ];
  const people = () => dump(database, 'users') + dump(database, 'cutover_external_accounts');

  it('plans, applies, and takes back: for a person to read', async () => {
    await insert(['ada', 'bob', 'kirk\x1b[2J']);
    const before = people();
    writeFileSync(path('users.csv'), csv(line(1, 'ada'), line(2, 'bob', 'Guest')));

    const planned = await cutover.run(plan());
    expect(planned.code).toBe(0);
    expect(planned.stdout.split('\n')).toEqual([
      '3 user(s) here, 2 account(s) in users.csv.',
      '',
      'USERS ARE           PROOF           COUNT',
      'to be linked        name_and_email  1',
      'no account to link  name_and_email  1',
      'no account to link  -               1',
      '',
      '2 have no account over there that they could sign in with (1 guest, 1 none).',
      'They stay local in every stage: off, shadow, test-users, percent, all.',
      '',
      `Nothing was changed. "cutover users sync --apply ${path('plan.jsonl')}" applies the plan.`,
      '',
    ]);
    const { stdout, stderr } = await cutover.run(apply());
    expect(stdout).toMatch(
      /^Linked 1 people .*\nRun: \w{12}-1\n"cutover users undo \w{12}-1" takes it back\.\n$/,
    );
    expect(stderr).toBe(''); // the bar is for terminals
    const run = /Run: (\S+)/.exec(stdout)?.[1] ?? '';
    expect((await cutover.run(['users', 'undo', run, '--user', 'ADA'])).stdout).toBe(
      `Took 1 change(s) of the run ${run} back.\n`,
    );
    expect((await cutover.run(['users', 'undo', run])).stdout).toBe(
      `Took 2 change(s) of the run ${run} back.\n`,
    );
    expect(people()).toBe(before);
  });

  it('plans, applies, and takes back: in JSON', async () => {
    await insert(['ada', 'countess']);
    await query(database, `UPDATE users SET email = NULL WHERE username = 'ada'`);
    writeFileSync(
      path('users.csv'),
      csv(
        line(1, 'ada'),
        line(2, 'lovelace').replace('lovelace@contoso.example,00', 'Countess@contoso.example,00'),
      ),
    );
    expect(await cutover.answer(plan())).toMatchObject({
      dryRun: true,
      plan: path('plan.jsonl'),
      source: { file: 'users.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      counts: [
        { action: 'propose', proof: 'username_local_part', count: 1 },
        { action: 'propose', proof: 'email', count: 1 },
      ],
      withoutAccount: { count: 2, states: { ambiguous: 2 }, stages: { off: 'local', all: 'local' } },
    });
    await cutover.answer(
      plan('--accept-email-matches', '--accept-name-matches', '--verified-domain', 'contoso.example'),
    );
    const header = JSON.parse(readFileSync(path('plan.jsonl'), 'utf8').split('\n')[0] ?? '') as object;
    expect(header).toMatchObject({
      version: 1,
      source: { accounts: 2 },
      database: { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      options: { acceptEmailMatches: true, acceptNameMatches: true, verifiedDomains: ['contoso.example'] },
      users: 2,
    });
    const applied = await cutover.answer<Applied>(apply());
    expect(applied).toMatchObject({ changed: 2, linked: { username_local_part: 1, email: 1 } });
    expect(await cutover.answer(['users', 'undo', applied.run])).toEqual({
      dryRun: false,
      run: applied.run,
      reversed: 2,
      left: { count: 0, first: [] },
      sessionsEnded: 0,
    });
  });

  it('names whom it keeps out, and asks for their number where they are many', async () => {
    const names = ['ada', 'bob', 'eve', 'fay'];
    await insert(names);
    for (const [index, name] of names.entries())
      await query(database, `UPDATE users SET external_user_id = ? WHERE username = ?`, [
        objectId(index + 1),
        name,
      ]);
    writeFileSync(path('users.csv'), csv(line(9, 'somebody')));
    const planned = await cutover.run(plan('--complete'));
    expect(planned.stdout).toContain('To be kept out on both sides, and their sessions to end (4):');
    expect(planned.stdout).toContain('ada (id 1): the account on the external side is gone');
    expect(planned.stdout).toContain('add --accept-leavers 4');
    for (const rest of [[], ['--dry-run'], ['--accept-leavers', '3']]) {
      const refused = await cutover.run(apply(...rest));
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('--accept-leavers 4');
    }
    const applied = await cutover.answer<Applied>(apply('--accept-leavers', '4'));
    expect(applied).toMatchObject({ keptOut: { count: 4 }, sessionsEnded: 0 });
  });

  it('refuses with 2, names file, line or rows, and leaves everything as it was', async () => {
    await insert(['ada']);
    writeFileSync(path('users.csv'), csv(line(1, 'ada'), line(2, 'bob'), line(1, 'eve')));
    const before = people();
    const twice = await cutover.refusal(plan());
    expect(twice).toMatchObject({ exit: 2, stdout: '', code: 'validation_failed' });
    expect(twice.detail).toMatch(/users\.csv, line 4: the object id .* stands in line 2 already\. Export/);
    expect(readdirSync(folder)).toEqual(['users.csv']);

    writeFileSync(path('users.csv'), csv(line(1, 'ada')));
    await cutover.answer(plan());
    await query(database, `UPDATE users SET role = 'admin' WHERE id = 1`);
    const drifted = await cutover.refusal(apply());
    expect(drifted).toMatchObject({ exit: 2, stdout: '', code: 'validation_failed' });
    expect(drifted.detail).toContain('1 row(s) differ: ada (id 1) role changed. Nothing was written.');
    expect(await cutover.refusal(['users', 'undo', 'never-1'])).toMatchObject({ exit: 2, code: 'not_found' });
    await query(database, `UPDATE users SET role = 'user' WHERE id = 1`);
    expect(people().replace(/updated_at.*/g, '')).toBe(before.replace(/updated_at.*/g, ''));
  });

  it('goes on after it was killed, and ends as if it had not been', async () => {
    const names = Array.from({ length: 4000 }, (_, index) => `user${index + 1}`);
    await insert(names);
    writeFileSync(path('users.csv'), csv(...names.map((name, index) => line(index + 1, name))));
    await cutover.answer(plan());
    await behind(database, async (source) => {
      const done = async () => {
        const [row] = await source.query<{ count: number }[]>(
          'SELECT COUNT(*) AS count FROM cutover_sync_changes',
        );
        return Number(row?.count);
      };
      // Each call is killed somewhere after it has got on.
      for (const time of [1, 2]) {
        const reached = await done();
        await cutover.runUntilKilled(apply('--json'), async () => (await done()) > reached);
        expect(await done()).toBeGreaterThanOrEqual(time);
      }
    });
    expect(await cutover.answer<Applied>(apply())).toMatchObject({
      changed: names.length,
      linked: { name_and_email: names.length },
    });
    const links = await query<{ link: string }>(
      database,
      'SELECT external_user_id AS link FROM users ORDER BY id',
    );
    expect(links.map(({ link }) => link)).toEqual(names.map((_, index) => objectId(index + 1)));
    const runs = await query(database, 'SELECT id FROM cutover_sync_runs');
    const audited = await query(database, `SELECT id FROM cutover_audit_log WHERE action = 'users.synced'`);
    expect([runs.length, audited.length]).toEqual([1, 1]);
  });
});

describe('cutover users sync, used wrongly', () => {
  const cutover = new Cutover({ DATABASE_URL: 'sqlite:cutover.sqlite' });
  afterAll(() => cutover.remove());

  it.each([
    [['users', 'sync'], 'say what to do: --from FILE makes a plan, --apply PLAN applies one'],
    [['users', 'sync', '--from', 'a.csv', '--apply', 'p'], `option '--apply <plan>' cannot be used with`],
    [['users', 'sync', '--apply', 'p', '--accept-email-matches'], `cannot be used with`],
    [['users', 'sync', '--apply', 'p', '--accept-name-matches'], `cannot be used with`],
    [['users', 'undo'], `missing required argument 'run'`],
  ])('exits with 64 for %j', async (args, reason) => {
    const refusal = await cutover.refusal(args);
    expect(refusal).toMatchObject({ exit: 64, stdout: '', code: 'usage' });
    expect(refusal.detail).toContain(reason);
  });
});
