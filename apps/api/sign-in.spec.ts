import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { TestApi } from './testing/test-api';

const ADA = {
  username: 'ada',
  password: 'Analytical-Engine-1843',
  fullName: 'Ada Lovelace',
  email: 'ada@contoso.example',
};
const GRACE = { username: 'grace', password: null };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
const OLGA = {
  username: 'olga',
  password: 'Keep-The-Keys-2026',
  fullName: 'Olga Operator',
  role: 'admin' as const,
};
const REFUSED_PASSWORD = 'Refused-For-A-Reason-1';

describeOnEachEngine('sign-in', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), standIn.settings());
    for (const person of [ADA, GRACE, OLGA]) await api.addPerson(person);
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  /** As the operator, over the API. */
  async function setStage(stage: string, testUsers?: string[]): Promise<void> {
    const olga = api.client();
    await olga.signIn(OLGA.username, OLGA.password);
    const { headers } = await olga.call('GET', '/api/admin/rollout');
    const answer = await olga.call('PUT', '/api/admin/rollout', {
      body: { stage, reason: 'a test', ...(testUsers && { testUsers }) },
      headers: { 'if-match': headers.get('etag') ?? '' },
    });
    expect(answer.status).toBe(200);
  }

  async function pin(username: string, side: string | null): Promise<void> {
    const olga = api.client();
    await olga.signIn(OLGA.username, OLGA.password);
    const match = await api.get(UserRepository).findByUsername(username);
    const id = match.outcome === 'one' ? match.user.id : 0;
    expect((await olga.call('PATCH', `/api/admin/users/${id}`, { body: { pin: side } })).status).toBe(200);
  }

  describe('by stage', () => {
    it('checks everybody locally while the stage is off', async () => {
      await setStage('off');
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({
        status: 200,
        body: {
          authMode: 'local',
          tokenType: 'Bearer',
          user: { name: 'Ada Lovelace', username: 'ada', authMode: 'local' },
        },
      });
      expect((await api.client().signIn('grace', GRACE_PASSWORD)).code).toBe('invalid_credentials');
    });

    it('checks test users on the external side and everybody else locally', async () => {
      await setStage('test-users', ['grace']);
      const grace = api.client();
      expect(await grace.signIn('grace', GRACE_PASSWORD)).toMatchObject({
        status: 200,
        body: {
          authMode: 'external',
          user: {
            username: 'grace',
            name: 'Grace Hopper',
            email: 'grace@contoso.example',
            authMode: 'external',
          },
        },
      });
      expect(await grace.me()).toMatchObject({
        status: 200,
        body: { name: 'Grace Hopper', authMode: 'external' },
      });
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({
        status: 200,
        body: { authMode: 'local' },
      });
    });

    it('checks everybody on the external side at the stage all, but no administrator who is not linked', async () => {
      await setStage('all');
      expect((await api.client().signIn('ada', ADA.password)).code).toBe('invalid_credentials');
      expect(await api.client().signIn('ada', 'Bernoulli-Numbers-1842')).toMatchObject({
        status: 200,
        body: { authMode: 'external' },
      });
      expect(await api.client().signIn('olga', OLGA.password)).toMatchObject({
        status: 200,
        body: { authMode: 'local' },
      });
    });

    it('lets a pin beat the stage', async () => {
      await setStage('all');
      await pin('ada', 'local');
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({
        status: 200,
        body: { authMode: 'local' },
      });
      await setStage('off');
      await pin('ada', 'external');
      expect(await api.client().signIn('ada', 'Bernoulli-Numbers-1842')).toMatchObject({
        status: 200,
        body: { authMode: 'external' },
      });
      await pin('ada', null);
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({
        status: 200,
        body: { authMode: 'local' },
      });
    });

    it('keeps sessions of both sides alive when the stage changes under them', async () => {
      await setStage('test-users', ['grace']);
      const [ada, grace] = [api.client(), api.client()];
      await ada.signIn('ada', ADA.password);
      await grace.signIn('grace', GRACE_PASSWORD);
      await setStage('all');
      expect(await ada.refresh()).toMatchObject({ status: 200, body: { authMode: 'local' } });
      await setStage('off');
      expect(await grace.me()).toMatchObject({ status: 200 });
      expect(await grace.refresh()).toMatchObject({ status: 200, body: { authMode: 'external' } });
      expect((await api.client().signIn('grace', GRACE_PASSWORD)).code).toBe('invalid_credentials');
    });
  });

  describe('by the master switch', () => {
    afterAll(() => api.restart({ USE_EXTERNAL_AUTH: 'true' }));

    it('sends everybody to the local side when it is off, and leaves live sessions of both sides alone', async () => {
      await setStage('test-users', ['grace']);
      const [ada, grace] = [api.client(), api.client()];
      await ada.signIn('ada', ADA.password);
      await grace.signIn('grace', GRACE_PASSWORD);

      await api.restart({ USE_EXTERNAL_AUTH: 'false' });
      expect((await api.client().signIn('grace', GRACE_PASSWORD)).code).toBe('invalid_credentials');
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({ body: { authMode: 'local' } });
      for (const person of [ada, grace]) {
        expect((await person.me()).status).toBe(200);
        expect((await person.refresh()).status).toBe(200);
        expect((await person.me()).status).toBe(200);
      }

      await api.restart({ USE_EXTERNAL_AUTH: 'true' });
      expect(await api.client().signIn('grace', GRACE_PASSWORD)).toMatchObject({
        body: { authMode: 'external' },
      });
      expect((await ada.me()).status).toBe(200);
    });
  });

  describe('refused', () => {
    beforeAll(async () => {
      for (const username of ['disabled', 'locked', 'expired', 'mfa'])
        await api.addPerson({ username, password: null });
      await setStage('all');
    });

    it.each([
      ['disabled', 'account_disabled'],
      ['locked', 'account_locked'],
      ['expired', 'password_expired'],
      ['mfa', 'mfa_required'],
    ])('by the external side: %s is %s', async (username, code) => {
      const answer = await api.client().signIn(username, REFUSED_PASSWORD);
      expect(answer).toMatchObject({ status: 401, code });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.headers.get('set-cookie')).toBeNull();
    });

    it('gives the same answer for a wrong password and an unknown name, on both sides', async () => {
      await pin('ada', 'local');
      const answers = await Promise.all([
        api.client().signIn('ada', 'wrong'),
        api.client().signIn('grace', 'wrong'),
        api.client().signIn('nobody', 'wrong'),
      ]);
      await pin('ada', null);
      const described = answers.map(({ status, body: { requestId: _, ...rest } }) => ({ status, ...rest }));
      expect(new Set(described.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(described[0]).toMatchObject({ status: 401, code: 'invalid_credentials' });
    });

    it('on either side, neutrally, once the person is kept out, and their sessions end', async () => {
      await api.addPerson({ username: 'lena', password: 'Locally-Kept-Out-77' });
      const overThere = {
        username: 'lena@contoso.example',
        password: 'Kept-Out-Over-There-77',
        name: 'Lena',
      };
      await standIn.control.putPeople(overThere);
      await pin('lena', 'external');
      expect((await api.client().signIn('lena', overThere.password)).status).toBe(200);
      await pin('lena', 'local');
      const lena = api.client();
      expect((await lena.signIn('lena', 'Locally-Kept-Out-77')).status).toBe(200);
      const match = await api.get(UserRepository).findByUsername('lena');
      const id = match.outcome === 'one' ? match.user.id : 0;
      const olga = api.client();
      await olga.signIn(OLGA.username, OLGA.password);
      expect(await olga.call('PATCH', `/api/admin/users/${id}`, { body: { active: false } })).toMatchObject({
        body: { active: false },
      });

      expect(await lena.me()).toMatchObject({ status: 401, code: 'session_expired' });
      expect(await lena.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
      for (const [side, password] of [
        ['local', 'Locally-Kept-Out-77'],
        ['external', overThere.password],
      ] as const) {
        await pin('lena', side);
        expect((await api.client().signIn('lena', password)).code).toBe('invalid_credentials');
      }
    });
  });

  describe('first meeting of an external identity', () => {
    beforeAll(() => setStage('all'));
    let serial = 0;
    /** A person of their own for each case, known over there by `overThere`, and here as `here`. */
    async function meet(
      here: Partial<Parameters<TestApi['addPerson']>[0]> | null,
      overThere: { email?: string } = {},
    ) {
      const username = `person${++serial}-${engine.name}`;
      await standIn.control.putPeople({
        username: `${username}@contoso.example`,
        password: 'First-Meeting-2026',
        name: 'First Meeting',
        ...overThere,
      });
      if (here) await api.addPerson({ username, password: null, ...here });
      const client = api.client();
      return { client, username, answer: await client.signIn(username, 'First-Meeting-2026') };
    }

    it('links by the typed name and keeps the object id, the name and the address', async () => {
      const { username, answer } = await meet({});
      expect(answer).toMatchObject({ status: 200, body: { user: { username, name: 'First Meeting' } } });
      const match = await api.get(UserRepository).findByUsername(username);
      expect(match).toMatchObject({
        user: {
          externalUserId: expect.any(String),
          displayName: 'First Meeting',
          lastTokenRefresh: expect.any(Date),
        },
      });
    });

    it('refuses where the e-mails differ', async () => {
      expect((await meet({ email: 'somebody@else.example' })).answer).toMatchObject({
        status: 409,
        code: 'account_conflict',
      });
    });

    it('refuses an identity for an account that is linked to another one', async () => {
      const { username, client } = await meet({});
      await client.signOut();
      await standIn.control.putPeople({
        username: `${username}@contoso.example`,
        password: 'First-Meeting-2026',
        name: 'Namesake',
        oid: '99999999-0000-4000-8000-000000000001',
      });
      expect((await api.client().signIn(username, 'First-Meeting-2026')).code).toBe('account_conflict');
    });

    it('refuses to make an administrator of anybody, even pinned to the external side', async () => {
      const username = `root-${engine.name}`;
      await standIn.control.putPeople({
        username: `${username}@contoso.example`,
        password: 'First-Meeting-2026',
        name: 'Root',
      });
      await api.addPerson({ username, password: 'Local-Root-2026', role: 'admin' });
      await pin(username, 'external');
      expect((await api.client().signIn(username, 'First-Meeting-2026')).code).toBe('account_conflict');
    });

    it('refuses a stranger unless provisioning is on', async () => {
      expect((await meet(null)).answer.code).toBe('account_conflict');
    });

    it('makes an account for a stranger where provisioning is on, unless somebody has that name or address', async () => {
      await api.restart({ EXTERNAL_AUTH_PROVISION: 'true' });
      const { answer, client, username } = await meet(null);
      expect(answer).toMatchObject({
        status: 200,
        body: { authMode: 'external', user: { name: 'First Meeting', role: 'user' } },
      });
      expect(await client.me()).toMatchObject({ status: 200 });
      await client.signOut();
      expect(await api.client().signIn(username, 'First-Meeting-2026')).toMatchObject({ status: 200 });

      await api.addPerson({
        username: `holder-${engine.name}`,
        password: null,
        email: `taken-${engine.name}@contoso.example`,
      });
      const taken = await meet(null, { email: `taken-${engine.name}@contoso.example` });
      expect(taken.answer.code).toBe('account_conflict');

      // An address that only a claim says is nobody's here: its owner is not kept out by it.
      const squatted = `owner-${engine.name}@elsewhere.example`;
      const squatter = await meet(null, { email: squatted });
      expect(squatter.answer).toMatchObject({ status: 200 });
      expect(await api.get(UserRepository).findByEmail(squatted)).toEqual([]);

      const password = 'First-Meeting-2026';
      for (const lookalike of ['gr\u0430ce', 'grace\u200b', '\u202egrace', 'ｇrace', 'gra\u0301ce']) {
        await standIn.control.putPeople({ username: lookalike, name: 'Grace Hopper', password });
        expect(await api.client().signIn(lookalike, password)).toMatchObject({ code: 'account_conflict' });
      }
      await api.restart({ EXTERNAL_AUTH_PROVISION: 'false' });
    });
  });

  describe('when the external side misbehaves', () => {
    beforeAll(() => setStage('test-users', ['grace']));
    afterEach(() => standIn.control.resetFaults());

    it('says so, and the local half goes on', async () => {
      await standIn.control.setFaults({ outage: true });
      expect(await api.client().signIn('grace', GRACE_PASSWORD)).toMatchObject({
        status: 503,
        code: 'external_unavailable',
      });
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({ status: 200 });
    });

    it('fails at once while the circuit is open, asks nobody, and recovers by itself', async () => {
      await api.restart({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '3', EXTERNAL_AUTH_CIRCUIT_RESET: '1' });
      const grace = api.client();
      await standIn.control.setFaults({ outage: true });
      for (let outage = 0; outage < 3; outage += 1) await grace.signIn('grace', GRACE_PASSWORD);
      const { login } = (await standIn.control.state()).calls;
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => api.client().signIn('grace', GRACE_PASSWORD)),
      );
      for (const { body, code, text } of answers) {
        expect(code).toBe('external_unavailable');
        expect(body).toMatchObject({ status: 503, retryAfter: 1 });
        expect(text).not.toContain(GRACE_PASSWORD);
      }
      expect((await standIn.control.state()).calls.login).toBe(login);
      expect(await api.client().signIn('ada', ADA.password)).toMatchObject({ status: 200 });

      await standIn.control.resetFaults();
      const deadline = Date.now() + 10_000;
      while ((await grace.signIn('grace', GRACE_PASSWORD)).status !== 200)
        if (Date.now() > deadline) throw new Error('the circuit never closed');
      await api.restart({
        EXTERNAL_AUTH_CIRCUIT_FAILURES: undefined,
        EXTERNAL_AUTH_CIRCUIT_RESET: undefined,
      });
    });

    it('never shows a page of HTML as if it were an answer', async () => {
      await standIn.control.setFaults({ shape: { body: 'html' } });
      expect(await api.client().signIn('grace', GRACE_PASSWORD)).toMatchObject({
        status: 502,
        code: 'external_misconfigured',
      });
    });

    it('refuses tokens of another tenant', async () => {
      await standIn.control.setFaults({ shape: { tenant: 'other' } });
      expect(await api.client().signIn('grace', GRACE_PASSWORD)).toMatchObject({
        status: 502,
        code: 'external_misconfigured',
      });
    });
  });

  it('refuses a name that two rows share under the rule, without saying so', async () => {
    await setStage('off');
    await api.addPerson({ username: 'twin', password: 'Two-Of-A-Kind-2026' });
    expect((await api.client().signIn('Twin', 'Two-Of-A-Kind-2026')).status).toBe(200);
    // As a legacy table may hold it: its collation tells cases apart.
    if (engine.name === 'mysql') {
      await api
        .get(Database)
        .execute(`ALTER TABLE users MODIFY username VARCHAR(150) COLLATE utf8mb4_bin NOT NULL`);
      await api.restart({});
    }
    await api
      .get(Database)
      .execute(
        `INSERT INTO users (username, hashed_password) SELECT 'TWIN', hashed_password FROM users WHERE username = 'twin'`,
      );
    for (const name of ['twin', 'TWIN', 'Twin']) {
      expect((await api.client().signIn(name, 'Two-Of-A-Kind-2026')).code).toBe('invalid_credentials');
    }
  });
});
