import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { auditTrailOn } from '@cutover/operations/testing';
import type { DataSource } from 'typeorm';
import { ExternalAccounts } from '../external-accounts/external-accounts';
import { csvOf, type ExportedUser, exported, objectId } from './testing/export-lines';
import type { PlanLine } from './plan/plan-file';
import { whyKeptOut } from '../kept-out/why-kept-out';
import { ActiveFlags } from '../active-flag/active-flags';
import { NameCandidates } from '../names/name-candidates';
import { UserRepository } from '../user.repository';
import { EarlierRuns } from './plan/earlier-runs';
import { type PlanRequest, SyncPlanner } from './plan/sync-planner';
import { type ApplyRequest, PlanApplication } from './run/plan-application';
import { RunUndo } from './run/run-undo';
import { SyncLedger } from './run/sync-ledger';

/** More than two batches. */
const MANY = 1200;

describeOnEachEngine('user sync', (engine) => {
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let folder: string;

  beforeEach(async () => {
    scratch = await engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    folder = mkdtempSync(join(tmpdir(), 'cutover-sync-'));
    if (engine.name === 'mysql') {
      // As legacy tables say it: accents make two people, and whatever writes a row without naming this column changes it.
      await dataSource.query(
        `ALTER TABLE users MODIFY username VARCHAR(150) COLLATE utf8mb4_bin NOT NULL,
         MODIFY updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`,
      );
    }
  });
  afterEach(async () => {
    await dataSource.destroy();
    await scratch.drop();
    rmSync(folder, { recursive: true });
  });

  const path = (name: string) => join(folder, name);
  const insert = (...people: [string, string | null, string?][]) =>
    dataSource.query(
      `INSERT INTO users (username, email, role, hashed_password, created_at, updated_at)
       VALUES ${people.map(() => `(?, ?, ?, 'x', '2020-01-02 03:04:05', '2020-01-02 03:04:05')`).join(', ')}`,
      people.flatMap(([username, email, role = 'user']) => [username, email, role]),
    );
  async function plan(users: ExportedUser[], rest: Partial<PlanRequest> = {}) {
    writeFileSync(path('users.csv'), csvOf(users));
    return new SyncPlanner(database, new EarlierRuns(database)).plan({
      from: path('users.csv'),
      plan: path('plan.jsonl'),
      acceptEmailMatches: false,
      complete: false,
      acceptFewer: null,
      acceptNameMatches: true,
      usernameDomain: null,
      verifiedDomains: [],
      linkAdmins: [],
      ...rest,
    });
  }
  const services = () => {
    const ledger = new SyncLedger(database);
    const audit = auditTrailOn(database);
    return {
      application: new PlanApplication(database, ledger, new EarlierRuns(database), audit),
      runUndo: new RunUndo(database, ledger, audit),
    };
  };
  const apply = (rest: Partial<ApplyRequest> = {}) =>
    services().application.apply({
      plan: path('plan.jsonl'),
      by: 'cli:olga',
      dryRun: false,
      acceptLeavers: null,
      acceptNoAdmin: false,
      ...rest,
    });
  const undo = (run: string | null, userId: number | null = null, dryRun = false) =>
    services().runUndo.undo({ run: run ?? '', userId, by: 'cli:olga', dryRun });
  const lines = () =>
    readFileSync(path('plan.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as PlanLine);
  const links = async () =>
    Object.fromEntries(
      (
        await database.query<{ username: string; link: string | null }>(
          `SELECT username, external_user_id AS link FROM users ORDER BY id`,
        )
      ).map(({ username, link }) => [username, link]),
    );
  const everything = () =>
    ['users', 'cutover_external_accounts', 'cutover_sync_runs', 'cutover_sync_changes', 'cutover_audit_log']
      .map((table) => dump(scratch, table))
      .join('\n');
  const people = () => dump(scratch, 'users') + dump(scratch, 'cutover_external_accounts');
  const audited = () =>
    database.query<{ action: string; actor: string; subject: string; detail: string }>(
      `SELECT action, actor, subject, detail FROM cutover_audit_log ORDER BY id`,
    );

  const ADA = exported(1, 'Ada@contoso.example');
  const BOB = exported(2, 'bob@contoso.example', { mail: 'bob@contoso.example' });
  const JOSE = exported(3, 'JOSÉ@contoso.example');
  const FEW: [string, string | null, string?][] = [
    ['ada', null],
    ['robert', 'Bob@contoso.example'],
    ['jose\u0301', null],
    ['jose', null],
    ['olga', 'olga@contoso.example', 'admin'],
  ];
  /** People linked to the accounts of these numbers, active and with a password. */
  const linked = async (count: number, role = 'user') => {
    for (let number = 1; number <= count; number++) {
      await insert([`p${number}`, null, role]);
      await dataSource.query(`UPDATE users SET external_user_id = ? WHERE username = ?`, [
        objectId(number),
        `p${number}`,
      ]);
    }
  };
  /** An export of the accounts of these numbers, all but `off` enabled. */
  const directory = (
    count: number,
    { off = [], without = [] }: { off?: number[]; without?: number[] } = {},
  ) =>
    Array.from({ length: count }, (_, index) => index + 1)
      .filter((number) => !without.includes(number))
      .map((number) =>
        exported(number, `p${number}@contoso.example`, { accountEnabled: !off.includes(number) }),
      );
  const keptOut = async () =>
    (
      await new UserRepository(database, new NameCandidates(database), new ActiveFlags(database)).page({
        limit: 200,
      })
    ).items.flatMap((user) => (whyKeptOut(user, 'local') ? [user.username] : []));

  const many = () => {
    const numbers = Array.from({ length: MANY }, (_, index) => index + 1);
    return {
      rows: numbers.map((number): [string, null] => [`user${number}`, null]),
      accounts: numbers.map((number) => exported(number, `user${number}@contoso.example`)),
    };
  };

  it('plans without a trace in the database: everybody, with action, proof, reason and row', async () => {
    await insert(...FEW);
    const before = everything();
    const summary = await plan([ADA, BOB, JOSE]);
    expect(everything()).toBe(before);
    expect(lines().map(({ user, action, proof }) => [user, action, proof])).toEqual([
      [1, 'link', 'username_local_part'],
      [2, 'propose', 'email'],
      [3, 'link', 'username_local_part'],
      [4, 'none', null],
      [5, 'none', null],
    ]);
    expect(lines()[1]).toMatchObject({
      reason: expect.stringContaining('--accept-email-matches'),
      account: { upn: 'bob@contoso.example', line: 3 },
      row: {
        username: 'robert',
        email: 'Bob@contoso.example',
        role: 'user',
        active: true,
        externalUserId: null,
      },
    });
    expect(summary).toMatchObject({
      users: 5,
      accounts: 3,
      proposed: { count: 1, first: [{ id: 2, username: 'robert' }] },
      withoutAccount: { count: 3, states: { ambiguous: 1, none: 2 } },
    });
  });

  it('writes no plan for a bad export, and leaves none half written', async () => {
    await insert(...FEW);
    await expect(plan([ADA, ADA])).rejects.toThrow(
      /users\.csv, line 3: the object id .* stands in line 2 already/,
    );
    await expect(plan([exported(1, 'g@x.example', { userType: 'Guest' })])).rejects.toThrow(
      /nobody but guests/,
    );
    await expect(plan([ADA], { linkAdmins: ['ada'] })).rejects.toThrow(/no administrator is called ada/);
    expect(() => readFileSync(path('plan.jsonl'))).toThrow('ENOENT');
    expect(() => readFileSync(path('plan.jsonl.unfinished'))).toThrow('ENOENT');
  });

  it('links what the plan says and touches nothing else of a row', async () => {
    await insert(...FEW);
    const before = dump(scratch, 'users');
    await plan([ADA, BOB, JOSE, exported(4, 'olga@contoso.example', { mail: 'olga@contoso.example' })], {
      acceptEmailMatches: true,
      linkAdmins: ['OLGA'],
    });
    const { run, ...figures } = await apply();
    expect(figures).toMatchObject({
      already: false,
      changed: 5,
      linked: { username_local_part: 2, name_and_email: 1, email: 1 },
    });
    expect(Object.values(await links())).toEqual(
      [1, 2, 3, null, 4].map((number) => number && objectId(number)),
    );
    await database.execute(`UPDATE users SET external_user_id = NULL, updated_at = updated_at`);
    expect(dump(scratch, 'users')).toBe(before);
    const accounts = new ExternalAccounts(database);
    expect(await accounts.stateOf(1)).toBe('usable');
    expect(await accounts.stateOf(4)).toBe('none');
    expect(await accounts.stateOf(99)).toBeNull();
    expect(await accounts.counts()).toEqual({ usable: 4, none: 1 });
    expect(await audited()).toEqual([
      expect.objectContaining({ action: 'users.synced', actor: 'cli:olga', subject: `run:${run}` }),
    ]);
    expect(JSON.parse((await audited())[0]?.detail ?? '')).toMatchObject({ changed: 5, email: 1 });
  });

  it('has nothing left to do when it is run again, with the same plan or a new one', async () => {
    await insert(...FEW);
    await plan([ADA, JOSE]);
    const first = await apply();
    const before = everything();
    expect(await apply()).toEqual({ ...first, already: true });
    expect(everything()).toBe(before);
    const { counts } = await plan([ADA, JOSE]);
    expect(counts).toContainEqual({ action: 'keep', proof: 'already_linked', count: 2 });
    expect(await apply()).toMatchObject({ already: false, changed: 0, linked: {} });
  });

  it('sends a new object id under a known UPN to the review list, again and again', async () => {
    await insert(['ada', null]);
    await plan([ADA]);
    await apply();
    const { id: _id, ...ada } = ADA;
    for (let time = 0; time < 2; time++) {
      const { review } = await plan([{ ...ada, id: objectId(7) }]);
      expect(review).toMatchObject({ count: 1, first: [{ username: 'ada' }] });
      await apply();
      expect(await links()).toEqual({ ada: objectId(1) });
      expect(await new ExternalAccounts(database).stateOf(1)).toBe('ambiguous');
    }
  });

  it('refuses a database that has drifted, names the rows and writes nothing', async () => {
    await insert(...FEW);
    await plan([ADA, BOB, JOSE]);
    await dataSource.query(`UPDATE users SET email = 'new@contoso.example' WHERE id = 1`);
    await dataSource.query(`UPDATE users SET external_user_id = 'elsewhere' WHERE id = 2`);
    await dataSource.query(`DELETE FROM users WHERE id = 3`);
    await insert(['ADA ', null]);
    const before = everything();
    for (const dryRun of [true, false]) {
      await expect(apply({ dryRun })).rejects.toThrow(
        /4 row\(s\) differ: ada \(id 1\) e-mail changed; robert \(id 2\) link changed; .* \(id 3\) is gone; ADA {2}\(id 6\) is new/,
      );
    }
    expect(everything()).toBe(before);
  });

  it('names twenty of the rows that have drifted, and says how many more', async () => {
    await insert(...many().rows.slice(0, 25));
    await plan([ADA]);
    await dataSource.query(`UPDATE users SET is_active = 0`);
    await expect(apply()).rejects.toThrow(/25 row\(s\) differ: .*user20 \(id 20\) active changed and 5 more/);
  });

  it('goes on where it was cut off, and ends as if it had not been', async () => {
    const { rows, accounts } = many();
    await insert(...rows);
    await plan(accounts);
    const broken = apply({
      onProgress: () => {
        throw new Error('cut off');
      },
    });
    await expect(broken).rejects.toThrow('cut off');
    expect(Object.values(await links()).filter((link) => link !== null)).toHaveLength(500);

    expect(await apply()).toMatchObject({
      already: false,
      changed: MANY,
      linked: { username_local_part: MANY },
    });
    expect(Object.values(await links())).toEqual(accounts.map(({ id }) => id));
    const batches = await database.query<{ batch: number; count: number }>(
      `SELECT batch, COUNT(*) AS count FROM cutover_sync_changes GROUP BY batch ORDER BY batch`,
    );
    expect(batches.map(({ batch, count }) => [batch, Number(count)])).toEqual([
      [1, 500],
      [2, 500],
      [3, 200],
    ]);
    expect(await audited()).toHaveLength(1);
  });

  it('refuses to go on over rows that have drifted since, and takes back what was done', async () => {
    const { rows, accounts } = many();
    await insert(...rows);
    const before = people();
    await plan(accounts);
    let run = '';
    await expect(
      apply({
        onProgress: () => {
          throw new Error('cut off');
        },
      }),
    ).rejects.toThrow('cut off');
    await dataSource.query(`UPDATE users SET username = 'renamed' WHERE id = 700`);
    await apply().catch((error: Error) => (run = /The run (\S+) stopped/.exec(error.message)?.[1] ?? ''));
    await dataSource.query(`UPDATE users SET username = 'user700', updated_at = updated_at WHERE id = 700`);
    expect(await undo(run)).toMatchObject({ reversed: 500, left: { count: 0 } });
    await dataSource.query(`UPDATE users SET updated_at = '2020-01-02 03:04:05'`);
    expect(people()).toBe(before);
    expect(await apply()).toMatchObject({ run: run.replace(/1$/, '2'), changed: MANY });
  });

  it('is one run when two processes apply the plan at once', async () => {
    const { rows, accounts } = many();
    await insert(...rows);
    await plan(accounts);
    const ended = await Promise.allSettled([apply(), apply()]);
    const done = ended.filter(({ status }) => status === 'fulfilled');
    const refused = ended.filter((one) => one.status === 'rejected').map(({ reason }) => String(reason));
    expect(done.length).toBeGreaterThan(0);
    for (const reason of refused)
      expect(reason).toMatch(/Another process works on the run|has changed since/);
    expect(Object.values(await links())).toEqual(accounts.map(({ id }) => id));
    expect(await database.query(`SELECT id FROM cutover_sync_runs`)).toHaveLength(1);
    expect(await audited()).toHaveLength(1);
  });

  it('takes a run back to the byte, once, and can apply the plan anew', async () => {
    await insert(...FEW);
    const before = people();
    await plan([ADA, BOB, JOSE], { acceptEmailMatches: true });
    const { run } = await apply();
    const applied = everything();
    expect(await undo(run, null, true)).toEqual({ run, reversed: 5, left: { count: 0, first: [] } });
    expect(everything()).toBe(applied);
    expect(await undo(run)).toEqual({ run, reversed: 5, left: { count: 0, first: [] } });
    expect(people()).toBe(before);
    expect(await undo(run)).toEqual({ run, reversed: 0, left: { count: 0, first: [] } });
    expect((await audited()).map(({ action }) => action)).toEqual(['users.synced', 'users.sync_undone']);
    const again = await apply();
    expect(again).toMatchObject({ already: false, changed: 5 });
    expect(again.run).not.toBe(run);
  });

  it('takes no link from a person whom the external side has since called disabled, unless they are named', async () => {
    await insert(['ada', 'ada@contoso.example'], ['bob', 'bob@contoso.example']);
    await plan([exported(1, 'ada@contoso.example'), exported(2, 'bob@contoso.example')]);
    const { run } = await apply();
    const users = new UserRepository(database, new NameCandidates(database), new ActiveFlags(database));
    await users.recordExternalRefusal(1, 'account_disabled');
    const left = { count: 1, first: [{ id: 1, username: 'ada' }] };
    expect(await undo(run, null, true)).toMatchObject({ reversed: 1, left });
    expect(await undo(run)).toMatchObject({ reversed: 1, left });
    const keptOut = async () => whyKeptOut((await users.findById(1)) as never, 'local')?.reason ?? null;
    expect(await keptOut()).toBe('account_disabled');
    expect(await undo(run, 1)).toMatchObject({ reversed: 1 });
    expect(await keptOut()).toBeNull();
  });

  it('takes one person back, and leaves and names whom something has changed since', async () => {
    await insert(...FEW);
    const before = people();
    await plan([ADA, JOSE]);
    const { run } = await apply();
    expect(await undo(run, 1)).toMatchObject({ reversed: 1 });
    expect(await undo(run, 1)).toMatchObject({ reversed: 0 });
    expect(Object.values(await links())).toEqual([null, null, objectId(3), null, null]);

    await dataSource.query(
      `UPDATE users SET external_user_id = 'by-hand', updated_at = updated_at WHERE id = 3`,
    );
    expect(await undo(run)).toMatchObject({ reversed: 3, left: { count: 1, first: [{ id: 3 }] } });
    expect((await links())['jose\u0301']).toBe('by-hand');

    await dataSource.query(`UPDATE users SET external_user_id = ?, updated_at = updated_at WHERE id = 3`, [
      objectId(3),
    ]);
    expect(await undo(run)).toMatchObject({ reversed: 1, left: { count: 0 } });
    expect(people()).toBe(before);
  });

  it('takes the later of two runs back to what the earlier one left', async () => {
    await insert(['ada', null], ['bob', null]);
    await plan([ADA]);
    const first = await apply();
    const between = people();
    await plan([ADA, BOB]);
    const second = await apply();
    expect(await undo(first.run)).toMatchObject({
      reversed: 1,
      left: { count: 1, first: [{ username: 'bob' }] },
    });
    expect(await undo(second.run)).toMatchObject({ reversed: 1 });
    expect(await links()).toEqual({ ada: null, bob: null });
    expect(between).toContain(objectId(1));
    await expect(undo('never-1')).rejects.toThrow(/No run is called never-1/);
  });

  it('refuses a plan of one endless line before it has read far', async () => {
    writeFileSync(path('plan.jsonl'), 'x'.repeat(200_000));
    truncateSync(path('plan.jsonl'), 1e9);
    await expect(apply()).rejects.toThrow(/line 1: is longer than 65536 bytes/);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['empty', () => '', /is empty/],
    ['an export', () => csvOf([ADA]), /line 1: is no line of a plan/],
    ['cut off in a line', (text) => text.slice(0, -9), /line 6: ends in the middle of a line/],
    [
      'cut off after one',
      (text) => text.split('\n').slice(0, 4).join('\n') + '\n',
      /the header names 5 users, 3 are here/,
    ],
    [
      'with a person twice',
      (text) => text + String(text.trim().split('\n').at(-1)) + '\n',
      /line 7: user 5 stands here again/,
    ],
    [
      'with an administrator linked by e-mail',
      (text) =>
        text
          .replace('"action":"propose"', '"action":"link"')
          .replace(
            '"role":"user","active":true,"externalUserId":null,"account":null},"becomes":{"externalUserId":null,"account":{"state":"ambiguous"',
            `"role":"admin","active":true,"externalUserId":null,"account":null},"becomes":{"externalUserId":"${objectId(2)}","account":{"state":"usable"`,
          ),
      /line 3: .*an administrator is never linked by e-mail/,
    ],
    [
      'with a link that is none of the account’s',
      (text) =>
        text.replace(
          `"becomes":{"externalUserId":"${objectId(1)}"`,
          `"becomes":{"externalUserId":"${objectId(9)}"`,
        ),
      /line 2: .*only "link" changes the link/,
    ],
    [
      'with a guest linked',
      (text) => text.replace('"userType":"member"', '"userType":"guest"'),
      /line 2: .*a guest or a disabled account is never linked/,
    ],
    [
      'with names linked that nobody accepted',
      (text) => text.replace('"acceptNameMatches":true', '"acceptNameMatches":false'),
      /line 2: .*only --accept-name-matches allows/,
    ],
    [
      'of the first release, which linked names unasked',
      (text) => text.replace('"acceptNameMatches":true,', ''),
      /line 2: .*only --accept-name-matches allows/,
    ],
    [
      'with an administrator linked by name alone',
      (text) => text.replace('"role":"user"', '"role":"admin"'),
      /line 2: .*by the local part of a name alone no administrator is linked/,
    ],
  ])('refuses a plan that is %s', async (_how, edited, why) => {
    await insert(...FEW);
    await plan([ADA, BOB, JOSE]);
    const before = everything();
    const text = readFileSync(path('plan.jsonl'), 'utf8');
    expect(edited(text)).not.toBe(text);
    writeFileSync(path('plan.jsonl'), edited(text));
    await expect(apply()).rejects.toThrow(why);
    expect(everything()).toBe(before);
  });

  it('keeps out whom it finds disabled or, in a whole directory, gone, but for pins, break-glass and the never linked', async () => {
    await linked(5);
    await insert(['p6', null], ['p7', null, 'admin']);
    await dataSource.query(`INSERT INTO cutover_user_state (user_id, pin) VALUES (3, 'local')`);
    await dataSource.query(
      `INSERT INTO cutover_break_glass (user_id, username, password_hash, added_by, added_at) VALUES (4, 'p4', 'x', 'y', 1)`,
    );
    const users = directory(6, { off: [1, 3, 4, 6], without: [2] });

    await plan(users); // a part of the directory, for all that it says
    expect((await apply()).keptOut).toMatchObject({ count: 1, first: [{ username: 'p1' }] });
    expect(await keptOut()).toEqual(['p1']);

    const { leavers } = await plan(users, { complete: true });
    expect(leavers).toMatchObject({
      newly: { count: 1, first: [{ id: 2, username: 'p2' }] },
      already: 1,
      excepted: {
        count: 2,
        first: [
          { id: 3, reason: 'is pinned to local' },
          { id: 4, reason: 'has break-glass credentials' },
        ],
      },
      linked: 5,
    });
    const { run } = await apply();
    expect(await keptOut()).toEqual(['p1', 'p2']);
    await undo(run);
    expect(await keptOut()).toEqual(['p1']);
  });

  it('asks for the number where many leave within a day, in the dry run too, and counts what others took', async () => {
    await linked(8);
    await plan(directory(8, { off: [1, 2] }));
    expect((await apply()).keptOut.count).toBe(2);

    const planned = await plan(directory(8, { off: [1, 2, 3, 4] }));
    expect(planned.acceptLeavers).toBe(2);
    for (const request of [{}, { dryRun: true }, { acceptLeavers: 4 }])
      await expect(apply(request)).rejects.toThrow(/keeps out 2 linked people .*p3 .*--accept-leavers 2/);
    expect(await keptOut()).toEqual(['p1', 'p2']);
    await apply({ acceptLeavers: 2, dryRun: true });
    expect((await apply({ acceptLeavers: 2 })).keptOut.count).toBe(2);
    expect(await keptOut()).toEqual(['p1', 'p2', 'p3', 'p4']);

    await dataSource.query(`UPDATE cutover_sync_runs SET started_at = started_at - 86400001`);
    expect((await plan(directory(8, { off: [1, 2, 3, 4, 5, 6, 7] }))).acceptLeavers).toBeNull();
    expect((await apply()).keptOut.count).toBe(3);
  });

  it('takes the last administrator only where the operator says so', async () => {
    await linked(1, 'admin');
    expect(await plan(directory(1, { off: [1] }))).toMatchObject({ leavesNoAdministrator: true });
    await expect(apply({ dryRun: true })).rejects.toThrow(/last administrator .*p1 .*--accept-no-admin/);
    await expect(apply()).rejects.toThrow('--accept-no-admin');
    await apply({ acceptNoAdmin: true });
    expect(await keptOut()).toEqual(['p1']);
  });

  it('refuses a whole directory that is much smaller than the last, when it is planned and when it is applied', async () => {
    await plan(directory(20), { complete: true });
    const { run } = await apply();
    await plan(directory(19), { complete: true });
    await plan(directory(18));
    await expect(plan(directory(18), { complete: true })).rejects.toThrow('--accept-fewer 2');
    await expect(plan(directory(18), { complete: true, acceptFewer: 3 })).rejects.toThrow('2 fewer');
    await undo(run);
    await plan(directory(18), { complete: true }); // nothing to be measured by
    await plan(directory(20), { complete: true });
    await apply();
    await plan(directory(18), { complete: true, acceptFewer: 2 });
    await dataSource.query(`UPDATE cutover_sync_runs SET complete_accounts = 30`);
    await expect(apply()).rejects.toThrow('12 fewer');
  });
});
