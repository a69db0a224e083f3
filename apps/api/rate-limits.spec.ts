import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import type { Answer, Client } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
const PER_ACCOUNT = 3;
const PER_ADDRESS = 8;

describeOnEachEngine('rate limits', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      TRUST_PROXY: '127.0.0.1',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: String(PER_ACCOUNT),
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: String(PER_ADDRESS),
    });
    await api.addPerson(ADA);
    const graceId = await api.addPerson({ username: 'grace', password: null });
    await api.get(UserRepository).setPin(graceId, 'external', { by: 'a test' });
  });
  afterEach(async () => {
    await api.get(Database).execute('DELETE FROM cutover_rate_limits');
    await standIn.control.resetFaults();
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const signIn = (username: string, password: string, address = '192.0.2.1', client = api.client()) =>
    client.signIn(username, password, { 'x-forwarded-for': address });
  const fail = async (times: number, username: string, address?: string, client?: Client) => {
    const answers: Answer[] = [];
    for (let time = 0; time < times; time += 1)
      answers.push(await signIn(username, 'wrong', address, client));
    return answers.map(({ code }) => code);
  };
  const refused = (times: number) => Array.from({ length: times }, () => 'invalid_credentials');
  const loginCalls = async () => (await standIn.control.state()).calls.login;
  const knownDevice = async (username: string, password: string) => {
    const client = api.client();
    expect((await signIn(username, password, '192.0.2.99', client)).status).toBe(200);
    client.cookie = null; // the browser was closed: the session is gone, the device is still known
    return client;
  };
  /** As if so many seconds had gone by on the database's clock. */
  const pass = (seconds: number) =>
    api.get(Database).execute('UPDATE cutover_rate_limits SET expires_at = expires_at - ?', [seconds * 1000]);

  function expectLimited(answer: Answer) {
    expect(answer).toMatchObject({ status: 429, code: 'rate_limited' });
    const wait = Number(answer.headers.get('retry-after'));
    expect(answer.body['retryAfter']).toBe(wait);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(60);
    expect(answer.headers.get('set-cookie')).toBeNull();
  }

  describe('of an account', () => {
    it('refuse even the right password after so many failures, and let it in a minute later', async () => {
      expect(await fail(PER_ACCOUNT, 'ada')).toEqual(refused(PER_ACCOUNT));
      expectLimited(await signIn('ada', ADA.password));
      expectLimited(await signIn('ADA', ADA.password, '198.51.100.7'));
      await pass(60);
      expect(await signIn('ada', ADA.password)).toMatchObject({ status: 200 });
    });

    it('look alike for a name that nobody has', async () => {
      const described = async (name: string) => {
        const codes = await fail(PER_ACCOUNT, name);
        const { status, body } = await signIn(name, 'wrong');
        const { requestId: _, retryAfter: wait, ...rest } = body;
        expect(wait).toBeGreaterThan(50);
        return { codes, status, rest };
      };
      const ada = await described('ada');
      await pass(60);
      expect(await described('nobody')).toEqual(ada);
      expectLimited(await signIn('NOBODY', 'wrong'));
    });

    it('keep the name that was typed out of the database', async () => {
      await fail(1, 'My-Password-In-The-Wrong-Field');
      const rows = await api.get(Database).query('SELECT * FROM cutover_rate_limits');
      expect(rows).toHaveLength(2);
      expect(JSON.stringify(rows)).not.toMatch(/wrong-field/i);
    });

    it('hold against a burst: the external side sees no more than that many', async () => {
      const before = await loginCalls();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => signIn('grace', 'wrong', `192.0.2.${index % 50}`)),
      );
      expect((await loginCalls()) - before).toBe(PER_ACCOUNT);
      const limited = answers.filter(({ status }) => status === 429);
      expect(limited).toHaveLength(100 - PER_ACCOUNT);
      for (const answer of limited) expectLimited(answer);
      await Promise.all(Array.from({ length: 20 }, () => signIn('grace', GRACE_PASSWORD)));
      expect((await loginCalls()) - before).toBe(PER_ACCOUNT);
    });

    it('count neither successes nor faults', async () => {
      const times = Array.from({ length: PER_ADDRESS + 2 });
      for (const _ of times) expect(await signIn('grace', GRACE_PASSWORD)).toMatchObject({ status: 200 });
      await standIn.control.setFaults({ shape: { body: 'html' } });
      for (const _ of times)
        expect(await signIn('grace', GRACE_PASSWORD)).toMatchObject({ code: 'external_misconfigured' });
      await standIn.control.resetFaults();
      expect(await fail(PER_ACCOUNT, 'grace')).toEqual(refused(PER_ACCOUNT));
    });

    it('count every refusal of the person', async () => {
      await standIn.control.setFaults({ refusals: { grace: 50076 } });
      for (let time = 0; time < PER_ACCOUNT; time += 1)
        expect(await signIn('grace', GRACE_PASSWORD)).toMatchObject({ code: 'mfa_required' });
      expectLimited(await signIn('grace', GRACE_PASSWORD));
    });
  });

  describe('of a known device', () => {
    it('let the owner in while a flood holds their account and the address, and reaches nobody', async () => {
      const grace = await knownDevice('grace', GRACE_PASSWORD);
      await fail(PER_ACCOUNT, 'grace');
      for (let index = PER_ACCOUNT; index < PER_ADDRESS; index += 1) await fail(1, `name${index}`);
      const before = await loginCalls();
      expectLimited(await signIn('grace', GRACE_PASSWORD));
      expectLimited(await signIn('ada', ADA.password));
      expect(await loginCalls()).toBe(before);
      expect(await signIn('grace', GRACE_PASSWORD, '192.0.2.1', grace)).toMatchObject({ status: 200 });
    });

    it('are its own: guesses with a stolen cookie are few, and cost nobody else', async () => {
      const thief = await knownDevice('ada', ADA.password);
      expect(await fail(PER_ACCOUNT, 'ada', '192.0.2.1', thief)).toEqual(refused(PER_ACCOUNT));
      expectLimited(await signIn('ada', ADA.password, '192.0.2.1', thief));
      expect(await signIn('ada', ADA.password)).toMatchObject({ status: 200 });
    });

    it('hold for the person who signed in with it, not for others', async () => {
      const adas = await knownDevice('ada', ADA.password);
      expect(await fail(PER_ACCOUNT, 'grace')).toEqual(refused(PER_ACCOUNT));
      expectLimited(await signIn('grace', GRACE_PASSWORD, '192.0.2.1', adas));
      await pass(60);
      expect(await signIn('grace', GRACE_PASSWORD, '192.0.2.1', adas)).toMatchObject({ status: 200 });
      await fail(PER_ACCOUNT, 'grace', '192.0.2.2');
      await fail(PER_ACCOUNT, 'ada', '192.0.2.2');
      for (const [name, password] of [
        ['grace', GRACE_PASSWORD],
        ['ada', ADA.password],
      ] as const)
        expect(await signIn(name, password, '192.0.2.3', adas)).toMatchObject({ status: 200 });
    });

    it('give a forged cookie nothing', async () => {
      const forger = await knownDevice('ada', ADA.password);
      forger.deviceCookie = `${forger.deviceCookie?.slice(0, -43)}${'A'.repeat(43)}`;
      await fail(PER_ACCOUNT, 'ada');
      expectLimited(await signIn('ada', ADA.password, '192.0.2.1', forger));
    });

    it('outlive a change of the signing secret, while the old one is in the list', async () => {
      const device = await knownDevice('ada', ADA.password);
      const [old, next] = ['x'.repeat(40), 'y'.repeat(40)];
      await api.restart({ LOCAL_JWT_SECRET: old });
      const moved = await knownDevice('ada', ADA.password);
      await api.restart({ LOCAL_JWT_SECRET: `${next},${old}` });
      await fail(PER_ACCOUNT, 'ada');
      expect(await signIn('ada', ADA.password, '192.0.2.1', moved)).toMatchObject({ status: 200 });
      expectLimited(await signIn('ada', ADA.password, '192.0.2.1', device));
    });

    it('are told by a cookie that scripts and other sites cannot have', async () => {
      const { headers } = await signIn('ada', ADA.password);
      expect(headers.getSetCookie().find((cookie) => cookie.startsWith('cutover_device'))).toMatch(
        /^cutover_device=[\w.~-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/,
      );
    });
  });

  describe('of an address', () => {
    const flood = async (addresses: string[]) => {
      for (let index = 0; index < PER_ADDRESS; index += 1)
        await fail(1, `stranger${index}`, addresses[index % addresses.length]);
    };

    it('refuse every name from there, and from nowhere else', async () => {
      await flood(['192.0.2.7']);
      const before = await loginCalls();
      for (const name of ['ada', 'grace', 'nobody']) expectLimited(await signIn(name, 'any', '192.0.2.7'));
      expect(await loginCalls()).toBe(before);
      expect(await signIn('ada', ADA.password, '192.0.2.8')).toMatchObject({ status: 200 });
    });

    it('take a /64 of IPv6 for one', async () => {
      await flood(['2001:db8:1:2::1', '2001:db8:1:2:ffff::7']);
      expectLimited(await signIn('ada', ADA.password, '2001:db8:1:2:3:4:5:6'));
      expect(await signIn('ada', ADA.password, '2001:db8:1:3::1')).toMatchObject({ status: 200 });
    });

    it('take a /48 of IPv6 for four, as whoever holds it may send from any of its networks', async () => {
      const networks = Array.from({ length: 4 * PER_ADDRESS }, (_, index) => `2001:db8:7:${index}::1`);
      for (const [index, address] of networks.entries())
        expect(await fail(1, `stranger${index}`, address)).toEqual(refused(1));
      expectLimited(await signIn('ada', ADA.password, '2001:db8:7:ffff::1'));
      expect(await signIn('ada', ADA.password, '2001:db8:8::1')).toMatchObject({ status: 200 });
      const report = (address: string) =>
        api.client().call('POST', '/api/auth/trouble', {
          body: { message: 'I cannot sign in' },
          headers: { 'x-forwarded-for': address },
        });
      for (let index = 0; index < 40; index += 1)
        expect((await report(`2001:db8:9:${index}::1`)).status).toBe(204);
      expectLimited(await report('2001:db8:9:ffff::1'));
    });

    it('refuse refreshes with cookies that open nothing, and leave live sessions alone', async () => {
      const ada = api.client();
      await signIn('ada', ADA.password, '192.0.2.7', ada);
      const forger = api.client();
      const refresh = async (client: Client) =>
        client.call('POST', '/api/auth/refresh', { headers: { 'x-forwarded-for': '192.0.2.7' } });
      for (let time = 0; time <= PER_ADDRESS; time += 1)
        expect(await refresh(forger)).toMatchObject({ code: 'not_authenticated' });
      for (let time = 0; time < PER_ADDRESS; time += 1) {
        forger.cookie = `cutover_session=forged${time}`;
        expect(await refresh(forger)).toMatchObject({ status: 401, code: 'token_invalid' });
      }
      forger.cookie = 'cutover_session=forged';
      expectLimited(await refresh(forger));
      expect(await refresh(ada)).toMatchObject({ status: 200 });
    });
  });

  it('are counted, by what was held', async () => {
    const device = await knownDevice('ada', ADA.password);
    await fail(PER_ACCOUNT + 1, 'ada', '192.0.2.1', device);
    await fail(PER_ACCOUNT + 1, 'ada');
    for (let index = PER_ACCOUNT; index <= PER_ADDRESS; index += 1) await fail(1, `name${index}`);
    const { text } = await api.client().call('GET', '/metrics');
    for (const by of ['account', 'address', 'device'])
      expect(text).toMatch(new RegExp(`^cutover_rate_limited_total\\{by="${by}"\\} [1-9]`, 'm'));
  });

  it('hold reports of trouble from one address, and nobody else’s', async () => {
    const report = (address: string) =>
      api.client().call('POST', '/api/auth/trouble', {
        body: { message: 'I cannot sign in' },
        headers: { 'x-forwarded-for': address },
      });
    for (let time = 0; time < 10; time += 1) expect((await report('192.0.2.7')).status).toBe(204);
    expectLimited(await report('192.0.2.7'));
    expect((await report('192.0.2.8')).status).toBe(204);
    await pass(60);
    expect((await report('192.0.2.7')).status).toBe(204);
  });
});
