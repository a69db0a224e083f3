import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { TestApi } from './testing/test-api';

/** Two passwords: the one of the local row, and the one that the external side knows. */
const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const ADA_OVER_THERE = 'Bernoulli-Numbers-1842';
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
/** One password on both sides. */
const EMMY = { username: 'emmy', password: 'Symmetry-And-Law-1918' };

describeOnEachEngine('the fallback', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let adaId: number;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      EXTERNAL_AUTH_FALLBACK: 'local',
      EXTERNAL_AUTH_PROBE_INTERVAL: '1',
      EXTERNAL_AUTH_CIRCUIT_FAILURES: '50',
    });
    await standIn.control.putPeople({ ...EMMY, name: 'Emmy Noether' });
    adaId = await api.addPerson(ADA);
    const ids = [
      adaId,
      await api.addPerson(EMMY),
      await api.addPerson({ username: 'grace', password: null }),
    ];
    for (const id of ids) await api.get(UserRepository).setPin(id, 'external', { by: 'a test' });
  });
  afterEach(() => standIn.control.resetFaults());
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const signIn = async (username: string, password: string) => {
    const client = api.client();
    return { client, answer: await client.signIn(username, password) };
  };
  const outcome = async (username: string, password: string) => {
    const { code, body } = (await signIn(username, password)).answer;
    return code ?? body['authMode'];
  };
  const outage = () => standIn.control.setFaults({ outage: true });
  const entries = async (action: string) =>
    (await api.trail.entries())
      .filter((entry) => entry.action === action && entry.subject === `user:${adaId}`)
      .map(({ actor, outcome, code }) => ({ actor, outcome, code }));

  it('is not asked while the external side serves, not even after a wrong password', async () => {
    expect(await outcome('ada', ADA.password)).toBe('invalid_credentials');
    expect(await outcome('ada', ADA_OVER_THERE)).toBe('external');
  });

  it('signs in with the local password during an outage, on the record, pinned as the person is', async () => {
    await api.trail.start();
    await outage();
    const { client, answer } = await signIn('ada', ADA.password);
    expect(answer).toMatchObject({ status: 200, body: { authMode: 'local', user: { authMode: 'local' } } });
    expect(await client.me()).toMatchObject({ status: 200, body: { authMode: 'local' } });
    const success = { actor: `user:${adaId}`, outcome: 'success', code: null };
    expect(await entries('sign_in')).toEqual([success]);
    expect(await entries('sign_in.fallback')).toEqual([success]);
    const metrics = await api.client().call('GET', '/metrics');
    expect(metrics.text).toMatch(/^cutover_fallback_sign_ins_total 1$/m);
  });

  it('goes on with the circuit open, and asks nobody over there', async () => {
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '2' });
    await outage();
    for (let time = 0; time < 2; time += 1) await signIn('ada', ADA.password);
    const { login } = (await standIn.control.state()).calls;
    expect(await outcome('ada', ADA.password)).toBe('local');
    expect((await standIn.control.state()).calls.login).toBe(login);
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '50' });
  });

  it('refuses another password neutrally, on the record', async () => {
    await api.trail.start();
    await outage();
    expect(await outcome('ada', ADA_OVER_THERE)).toBe('invalid_credentials');
    const refused = { actor: 'anonymous', outcome: 'failure', code: 'invalid_credentials' };
    expect(await entries('sign_in.fallback')).toEqual([refused]);
  });

  it('tells those whom it cannot serve what holds them up', async () => {
    await outage();
    expect(await outcome('grace', GRACE_PASSWORD)).toBe('external_unavailable');
  });

  it.each([
    ['throttles', { errorRate: 1, errorStatus: 429 }, 'rate_limited'],
    ['answers nonsense', { shape: { body: 'html' as const } }, 'external_misconfigured'],
    ['has a fault of configuration', { refusals: { emmy: 65001 } }, 'external_misconfigured'],
  ])('is not asked while the external side %s', async (_what, faults, code) => {
    await standIn.control.setFaults(faults);
    expect(await outcome(EMMY.username, EMMY.password)).toBe(code);
  });

  it.each([
    ['disabled', 50057, 'account_disabled'],
    ['locked', 50053, 'account_locked'],
    ['expired', 50055, 'password_expired'],
    ['bound to a second factor', 50076, 'mfa_required'],
    ['bound to a managed device', 53000, 'mfa_required'],
  ])(
    'lets nobody in whom the external side last called %s, until it lets them in',
    async (_what, number, code) => {
      await standIn.control.setFaults({ refusals: { ada: number } });
      expect(await outcome('ada', ADA_OVER_THERE)).toBe(code);
      await standIn.control.setFaults({ refusals: { ada: null } });
      await outage();
      expect(await outcome('ada', ADA.password)).toBe('external_unavailable');
      await standIn.control.resetFaults();
      // A wrong password says nothing of the account.
      expect(await outcome('ada', 'wrong')).toBe('invalid_credentials');
      await outage();
      expect(await outcome('ada', ADA.password)).toBe('external_unavailable');
      await standIn.control.resetFaults();
      expect(await outcome('ada', ADA_OVER_THERE)).toBe('external');
      await outage();
      expect(await outcome('ada', ADA.password)).toBe('local');
    },
  );

  it('keeps /health from calling the service down', async () => {
    await outage();
    const health = () => api.client().call('GET', '/health');
    const deadline = Date.now() + 15_000;
    while ((await health()).body['status'] !== 'degraded')
      if (Date.now() > deadline) throw new Error('/health never noticed the outage');
    expect(await health()).toMatchObject({
      status: 200,
      body: { details: { external_auth_api: { status: 'degraded', state: 'down' } } },
    });
  });

  it('is for operators to choose', async () => {
    await api.restart({ EXTERNAL_AUTH_FALLBACK: 'none' });
    await outage();
    expect(await outcome('ada', ADA.password)).toBe('external_unavailable');
    await api.restart({ EXTERNAL_AUTH_FALLBACK: 'local' });
  });
});
