import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInPerson, type StandInProcess } from '@cutover/external-auth/testing';
import { RolloutService } from '@cutover/rollout';
import { LocalPasswords, PasswordChecker, UserRepository } from '@cutover/users';
import type { Client } from './testing/client';
import { eventually } from './testing/eventually';
import { TestApi } from './testing/test-api';

const OVER_THERE = 'Harbour-Lantern-58';
const HERE = 'Anchor-Chain-Locker-61';

/** Nothing but the name says whose row it is: the person is asked once for the password they had here. */
describeOnEachEngine('link_required', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let serial = 0;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), standIn.settings());
    await decide('all');
  });
  async function decide(stage: 'all' | 'off') {
    const rollout = api.get(RolloutService);
    const { version } = await rollout.current();
    await rollout.change({ stage, reason: 'a test' }, version, { userId: null, name: 'a test' });
  }
  beforeEach(() => standIn.control.resetCounts());
  /** What ended in the background is not counted in the next test. */
  afterEach(() =>
    eventually(
      () =>
        api
          .get(Database)
          .query(`SELECT token_hash FROM cutover_link_requests WHERE expires_at <= ?`, [Date.now()]),
      (rows) => rows.length === 0,
    ),
  );
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  /** Somebody with an account over there and a row here that have nothing but the name in common. */
  async function somebody({
    account = {},
    ...row
  }: Partial<Parameters<TestApi['addPerson']>[0]> & { account?: Partial<StandInPerson> } = {}) {
    const name = `someone${++serial}-${engine.name}`;
    await standIn.control.putPeople({ username: name, password: OVER_THERE, name: 'Some One', ...account });
    const id = await api.addPerson({ username: name, password: HERE, email: null, ...row });
    return { name, id };
  }

  async function asked(name: string): Promise<{ client: Client; linkToken: string }> {
    const client = api.client();
    const answer = await client.signIn(name, OVER_THERE);
    expect(answer).toMatchObject({ status: 401, code: 'link_required' });
    return { client, linkToken: answer.body['linkToken'] as string };
  }

  const sql = (statement: string, ...parameters: unknown[]) =>
    api.get(Database).execute(statement, parameters);
  const rowOf = (id: number) => api.get(UserRepository).findById(id);
  const loggedOut = (count: number) =>
    eventually(
      async () => (await standIn.control.state()).calls.logout,
      (calls) => calls === count,
    );
  const requestsOf = (id: number) =>
    api.get(Database).query(`SELECT token_hash FROM cutover_link_requests WHERE user_id = ?`, [id]);
  const linksOf = (id: number) =>
    api
      .get(Database)
      .query<{ detail: string }>(
        `SELECT detail FROM cutover_audit_log WHERE action = 'user.linked' AND subject = ?`,
        [`user:${id}`],
      );

  it('links on record with the local password, and not a moment before', async () => {
    const { name, id } = await somebody();
    const before = await rowOf(id);
    const { client, linkToken } = await asked(name);
    expect(linkToken).toMatch(/^[\w-]{43}$/);
    expect(await rowOf(id)).toEqual(before);

    const answer = await client.link(linkToken, HERE);
    expect(answer).toMatchObject({ status: 200, body: { authMode: 'external', user: { name: 'Some One' } } });
    expect((await client.me()).status).toBe(200);
    expect((await client.refresh()).status).toBe(200);
    expect(await rowOf(id)).toMatchObject({ externalUserId: expect.any(String), displayName: 'Some One' });
    expect(JSON.parse((await linksOf(id))[0]?.detail ?? '')).toMatchObject({ by: 'local_password' });
    expect(await requestsOf(id)).toEqual([]);
    expect((await standIn.control.state()).calls.logout).toBe(0);
    expect((await api.client().signIn(name, OVER_THERE)).status).toBe(200);
  });

  it('binds the token to a cookie that no script reads and no other site sends', async () => {
    const { name } = await somebody();
    const answer = await api.client().signIn(name, OVER_THERE);
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^cutover_link=[\w-]{43}; /);
    expect(cookie?.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const stored = JSON.stringify(await api.get(Database).query(`SELECT * FROM cutover_link_requests`));
    expect(stored).not.toContain(answer.body['linkToken']);
    expect(stored).not.toContain(/=([\w-]{43})/.exec(cookie ?? '')?.[1]);
  });

  it('is nobody’s but the browser’s that was asked', async () => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    const { client: other } = await asked((await somebody()).name);
    for (const stranger of [api.client(), other])
      expect(await stranger.link(linkToken, HERE)).toMatchObject({ status: 400, code: 'sign_in_expired' });
    expect(await rowOf(id)).toMatchObject({ externalUserId: null });
    expect((await client.link(linkToken, HERE)).status).toBe(200);
  });

  it('is refused from another site', async () => {
    const { client, linkToken } = await asked((await somebody()).name);
    expect(await client.link(linkToken, HERE, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  it('is good once, also for two at the same time', async () => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    const answers = await Promise.all([
      client.copy().link(linkToken, HERE),
      client.copy().link(linkToken, HERE),
    ]);
    expect(answers.map(({ status, code }) => code ?? status).sort()).toEqual([200, 'sign_in_expired']);
    expect(await linksOf(id)).toHaveLength(1);
    expect(await client.link(linkToken, HERE)).toMatchObject({ code: 'sign_in_expired' });
  });

  it('ends after three wrong passwords, counts them as at a sign-in, and signs out over there', async () => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    for (let wrong = 0; wrong < 3; wrong++)
      expect(await client.link(linkToken, OVER_THERE)).toMatchObject({
        status: 401,
        code: 'invalid_credentials',
      });
    expect(await client.link(linkToken, HERE)).toMatchObject({ code: 'sign_in_expired' });
    await loggedOut(1);
    expect(await rowOf(id)).toMatchObject({ externalUserId: null });
    const failures = await api
      .get(Database)
      .query(
        `SELECT id FROM cutover_audit_log WHERE action = 'sign_in' AND code = 'invalid_credentials' AND subject = ?`,
        [`user:${id}`],
      );
    expect(failures).toHaveLength(3);
  });

  it('looks at three passwords at most, however many come at once', async () => {
    const { client, linkToken } = await asked((await somebody()).name);
    const guesses = Array.from({ length: 8 }, (_, guess) =>
      client.copy().link(linkToken, `Wrong-Guess-${guess}`),
    );
    const codes = (await Promise.all(guesses)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(3);
    expect(codes.filter((code) => code === 'sign_in_expired')).toHaveLength(5);
  });

  it('is over after five minutes, and the tokens are signed out', async () => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    const [span] = await api
      .get(Database)
      .query<{ life: number }>(
        `SELECT expires_at - created_at AS life FROM cutover_link_requests WHERE user_id = ?`,
        [id],
      );
    expect(Number(span?.life)).toBe(300_000);
    await sql(`UPDATE cutover_link_requests SET expires_at = 1 WHERE user_id = ?`, id);
    expect(await client.link(linkToken, HERE)).toMatchObject({ code: 'sign_in_expired' });
    await api.restart({});
    await loggedOut(1);
    await eventually(
      () => requestsOf(id),
      (rows) => rows.length === 0,
    );
  });

  it('is replaced by a later one of the same person', async () => {
    const { name, id } = await somebody();
    const first = await asked(name);
    const second = await asked(name);
    expect(await first.client.link(first.linkToken, HERE)).toMatchObject({ code: 'sign_in_expired' });
    expect((await second.client.link(second.linkToken, HERE)).status).toBe(200);
    await api.restart({});
    await loggedOut(1);
    await eventually(
      () => requestsOf(id),
      (rows) => rows.length === 0,
    );
  });

  it('is signed out by whoever comes after a process that died over it', async () => {
    const { name, id } = await somebody();
    await asked(name);
    await sql(`UPDATE cutover_link_requests SET expires_at = 1 WHERE user_id = ?`, id);
    await standIn.control.setFaults({ outage: true, operations: ['logout'] });
    await api.restart({});
    await api.restart({}); // the first has it in hand, and does not get through
    await standIn.control.resetFaults();
    expect(await requestsOf(id)).toHaveLength(1);
    await sql(`UPDATE cutover_link_requests SET lease_until = 2 WHERE user_id = ?`, id);
    await api.restart({});
    await eventually(
      () => requestsOf(id),
      (rows) => rows.length === 0,
    );
  });

  it('is a conflict after ten wrong passwords for one row in a day', async () => {
    const { name, id } = await somebody();
    for (const wrong of [3, 3, 3, 1]) {
      const { client, linkToken } = await asked(name);
      for (let guess = 0; guess < wrong; guess++)
        expect((await client.link(linkToken, 'Wrong-Guess-1')).code).toBe('invalid_credentials');
    }
    expect(await api.client().signIn(name, OVER_THERE)).toMatchObject({
      status: 409,
      code: 'account_conflict',
    });
    expect(await rowOf(id)).toMatchObject({ externalUserId: null });
  });

  it.each<[string, Parameters<typeof somebody>[0], string | null]>([
    ['an administrator’s', { role: 'admin' }, `UPDATE users SET role = 'admin' WHERE id = ?`],
    ['without a password', { password: null }, null],
    ['with a hash that nobody can check', {}, `UPDATE users SET hashed_password = 'md5:1234' WHERE id = ?`],
    [
      'with a hash that costs too much',
      {},
      `UPDATE users SET hashed_password = '$2b$31$${'.'.repeat(53)}' WHERE id = ?`,
    ],
    ['of another e-mail', { email: 'another@contoso.example' }, null],
  ])('is no question for a row %s: account_conflict', async (_case, row, change) => {
    const { name, id } = await somebody(row);
    await api.get(UserRepository).setPin(id, 'external', { by: 'a test' });
    if (change) await sql(change, id);
    expect(await api.client().signIn(name, OVER_THERE)).toMatchObject({
      status: 409,
      code: 'account_conflict',
    });
    await loggedOut(1);
    expect(await requestsOf(id)).toEqual([]);
  });

  it.each<[string, (id: number) => Promise<unknown>]>([
    ['was deactivated', (id) => api.get(UserRepository).setActive(id, false)],
    ['was pinned', (id) => api.get(UserRepository).setPin(id, 'local', { by: 'a test' })],
    ['became an administrator’s', (id) => sql(`UPDATE users SET role = 'admin' WHERE id = ?`, id)],
    [
      'was linked to somebody else',
      (id) => sql(`UPDATE users SET external_user_id = 'oid-x' WHERE id = ?`, id),
    ],
    ['got another e-mail', (id) => sql(`UPDATE users SET email = 'x@y.example' WHERE id = ?`, id)],
    ['was deleted', (id) => sql(`DELETE FROM users WHERE id = ?`, id)],
  ])('is a conflict where the row %s while it waited', async (_case, change) => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    await change(id);
    expect(await client.link(linkToken, HERE)).toMatchObject({ status: 409, code: 'account_conflict' });
    await loggedOut(1);
    expect(await linksOf(id)).toEqual([]);
  });

  it('links nobody once the rollout was taken back: they sign in locally', async () => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    await decide('off');
    try {
      expect(await client.link(linkToken, HERE)).toMatchObject({ status: 400, code: 'sign_in_expired' });
      await loggedOut(1);
      expect(await rowOf(id)).toMatchObject({ externalUserId: null });
      expect(await client.signIn(name, HERE)).toMatchObject({ status: 200, body: { authMode: 'local' } });
    } finally {
      await decide('all');
    }
  });

  it('links nobody by a password that was replaced while it was checked', async () => {
    const { name, id } = await somebody();
    const { client, linkToken } = await asked(name);
    const newHash = await api.get(PasswordChecker).hash('Replaced-Meanwhile-77');
    const checker = api.get(PasswordChecker);
    const check = checker.check.bind(checker);
    // A fault that nothing real makes at the right moment: an operator’s reset between the check and the link.
    const spy = jest.spyOn(checker, 'check').mockImplementation(async (...about) => {
      const matches = await check(...about);
      await api.get(LocalPasswords).set(id, newHash, new Date());
      return matches;
    });
    expect(await client.link(linkToken, HERE)).toMatchObject({ status: 409, code: 'account_conflict' });
    spy.mockRestore();
    expect(await rowOf(id)).toMatchObject({ externalUserId: null });
  });

  it('counts against nobody’s stage', async () => {
    const { name, id } = await somebody();
    await asked(name);
    const kept = await eventually(
      () =>
        api.get(Database).query(`SELECT outcome, code FROM cutover_sign_in_outcomes WHERE user_id = ?`, [id]),
      (rows) => rows.length === 1,
    );
    expect(kept).toMatchObject([{ outcome: 'refused', code: 'link_required' }]);
  });
});
