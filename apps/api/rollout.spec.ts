import { type AdminUser, type Page, READINESS_REASONS } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { RolloutService } from '@cutover/rollout';
import type { Answer, Client } from './testing/client';
import { TestApi } from './testing/test-api';

const OLGA = { username: 'olga', password: 'Keep-The-Keys-2026', role: 'admin' as const };
const NONE = Object.fromEntries(READINESS_REASONS.map((reason) => [reason, 0]));

describeOnEachEngine('the rollout over HTTP', (engine) => {
  let api: TestApi;
  let olga: Client;
  let database: Database;

  beforeAll(async () => {
    api = await TestApi.start(await engine.createDatabase(), DESCRIBED_API);
    database = api.get(Database);
    await api.addPerson(OLGA);
    olga = api.client();
    await olga.signIn(OLGA.username, OLGA.password);
    for (let n = 1; n <= 199; n++) {
      await database.execute(`INSERT INTO users (username, hashed_password) VALUES (?, 'x')`, [
        `person-${n}`,
      ]);
    }
  });
  afterAll(() => api.stop());

  async function decide(change: object): Promise<Answer> {
    const { headers } = await olga.call('GET', '/api/admin/rollout');
    return olga.call('PUT', '/api/admin/rollout', {
      body: { reason: 'a test', ...change },
      headers: { 'if-match': headers.get('etag') ?? '' },
    });
  }

  async function people(): Promise<AdminUser[]> {
    const { body } = await olga.call('GET', '/api/admin/users?limit=200');
    return (body as unknown as Page<AdminUser>).items;
  }
  const external = async () =>
    (await people()).filter((user) => user.authMode === 'external').map(({ id }) => id);

  it('opens to a growing share of people, and only ever adds some; the test users are always in', async () => {
    const [tester] = (await people()).filter(({ username }) => username === 'person-7');
    const shares: number[][] = [];
    for (const percent of [5, 25, 100]) {
      expect(await decide({ stage: 'percent', percent, testUsers: ['person-7'] })).toMatchObject({
        status: 200,
        body: { stage: 'percent', percent, testUsers: ['person-7'] },
      });
      shares.push(await external());
    }
    const [five = [], quarter = [], all = []] = shares;
    expect(five).toContain(tester?.id);
    expect(quarter).toEqual(expect.arrayContaining(five));
    expect(five.length).toBeLessThan(quarter.length);
    expect(quarter.length).toBeLessThan(all.length);
    expect(all).toHaveLength(199); // all but the administrator, who is not linked
  });

  it('reshuffles nobody when it is restarted, goes back, and comes again', async () => {
    await decide({ stage: 'percent', percent: 25 });
    const before = await external();
    await decide({ stage: 'off' });
    expect(await external()).toEqual([]);
    await api.restart({});
    database = api.get(Database);
    await decide({ stage: 'percent', percent: 25 });
    expect(await external()).toEqual(before);
  });

  it('keeps a hold until a person lifts it', async () => {
    const { version } = await api.get(RolloutService).current();
    const guard = { userId: null, name: 'cutover' };
    await api
      .get(RolloutService)
      .change(
        { stage: 'percent', percent: 5, reason: 'sign-ins fail', hold: 'sign-ins fail' },
        version,
        guard,
      );
    const { body } = await olga.call('GET', '/api/admin/rollout');
    expect(body).toMatchObject({
      stage: 'percent',
      percent: 5,
      changedBy: 'cutover',
      hold: { reason: 'sign-ins fail', since: expect.stringMatching(/^20\d\d-.*Z$/) },
    });
    expect(await decide({ stage: 'all' })).toMatchObject({
      status: 400,
      code: 'validation_failed',
      body: { detail: expect.stringContaining('sign-ins fail') },
    });
    expect((await decide({ stage: 'test-users' })).body).toMatchObject({ hold: { reason: 'sign-ins fail' } });
    expect((await decide({ stage: 'all', liftHold: true })).body).toMatchObject({ stage: 'all', hold: null });
  });

  it('records in the audit trail who decided what', async () => {
    const rows = await database.query<{ actor: string; detail: string }>(
      `SELECT actor, detail FROM cutover_audit_log WHERE action = 'rollout.changed' ORDER BY id DESC LIMIT 1`,
    );
    const { id } = (await people())[0] as AdminUser;
    expect(rows).toEqual([{ actor: `user:${id}`, detail: expect.stringContaining('"stage":"all"') }]);
  });

  describe('readiness', () => {
    it('knows nothing of anybody at first', async () => {
      expect((await olga.call('GET', '/api/admin/readiness')).body).toEqual({
        total: 200,
        ready: 0,
        atRisk: 0,
        unknown: 200,
        reasons: NONE,
      });
    });

    it('counts everybody once, under the reason that weighs most, and says the same of each person', async () => {
      const ids = (await people()).map(({ id }) => id).slice(1);
      const refused = async (id: number | undefined, code: string) =>
        database.execute(`INSERT INTO cutover_user_state (user_id, last_external_refusal) VALUES (?, ?)`, [
          id,
          code,
        ]);
      const link = (id: number | undefined) =>
        database.execute(`UPDATE users SET external_user_id = ? WHERE id = ?`, [`oid-${id}`, id]);
      for (const id of ids.slice(0, 10)) await link(id);
      await refused(ids[0], 'account_disabled'); // linked once, disabled since
      await refused(ids[20], 'mfa_required');
      await refused(ids[21], 'password_expired');
      await refused(ids[22], 'account_locked');
      await refused(ids[23], 'account_conflict');
      for (const id of [ids[1], ids[20], ids[30]])
        await database.execute(`UPDATE users SET hashed_password = NULL WHERE id = ?`, [id]);
      for (const id of [ids[2], ids[23]])
        await database.execute(`UPDATE users SET is_active = 0 WHERE id = ?`, [id]);

      const { body } = await olga.call('GET', '/api/admin/readiness');
      expect(body).toEqual({
        total: 200,
        ready: 7,
        atRisk: 6,
        unknown: 187,
        reasons: {
          ...NONE,
          disabled: 1,
          mfa_required: 1,
          password_expired: 1,
          account_locked: 1,
          no_local_password: 2,
        },
      });
      const each = (await people()).map(({ readiness }) => readiness);
      expect(each.filter((readiness) => readiness === 'ready')).toHaveLength(7);
      expect(each.filter((readiness) => readiness === 'at-risk')).toHaveLength(6);
    });
  });

  describe('trouble signing in', () => {
    const notes = () =>
      database.query(
        `SELECT author, message, username, stage, request_id AS requestId FROM cutover_rollout_notes ORDER BY id`,
      );

    it('is kept with the request and the stage, and answered alike whoever it is about', async () => {
      const report = (body: object) => api.client().call('POST', '/api/auth/trouble', { body });
      const answers = [
        await report({ message: ' It says\n“second factor”. ', username: 'person-1' }),
        await report({ message: 'Where is my account?', username: 'nobody' }),
        await report({ message: 'No name, sorry.' }),
      ];
      expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [204, '']));
      const [one, other, third] = answers.map(({ headers }) => headers.get('x-request-id'));
      const kept = { author: 'portal', stage: 'all' };
      expect(await notes()).toEqual([
        { ...kept, message: 'It says\n“second factor”.', username: 'person-1', requestId: one },
        { ...kept, message: 'Where is my account?', username: 'nobody', requestId: other },
        { ...kept, message: 'No name, sorry.', username: null, requestId: third },
      ]);
    });

    it.each([
      ['no message', {}],
      ['an empty one', { message: '  ' }],
      ['one that is too long', { message: 'x'.repeat(2001) }],
      ['a name that is too long', { message: 'x', username: 'x'.repeat(256) }],
      ['NUL', { message: 'a\0b' }],
      ['more than it asks for', { message: 'x', password: 'x' }],
    ])('is refused with %s', async (_what, body) => {
      const before = await notes();
      expect(await api.client().call('POST', '/api/auth/trouble', { body })).toMatchObject({
        status: 400,
        code: 'validation_failed',
      });
      expect(await notes()).toEqual(before);
    });
  });
});
