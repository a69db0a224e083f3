import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { type RolloutDecision, ReadinessService, RolloutService } from '@cutover/rollout';
import { UserRepository } from '@cutover/users';
import { eventually } from './testing/eventually';
import { TestApi } from './testing/test-api';

/** One password on both sides. */
const EMMY = { username: 'emmy', password: 'Symmetry-And-Law-1918' };
const OLGA = { username: 'olga', password: 'Keep-The-Keys-2026', role: 'admin' as const };
/** Another one over there. */
const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const ZOE = { username: 'zoe', password: 'Nobody-Over-There-1900' };
const REFUSED = 'Refused-For-A-Reason-1';

interface Check {
  finding: string | null;
  objectId: string | null;
}

describeOnEachEngine('the stage shadow', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  const ids: Record<string, number> = {};

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      SHADOW_RATE: '1000',
      EXTERNAL_AUTH_CIRCUIT_FAILURES: '50',
    });
    const { role: _, ...olga } = OLGA;
    await standIn.control.putPeople({ ...EMMY, name: 'Emmy Noether' }, { ...olga, name: 'Olga' });
    const refused = ['mfa', 'disabled', 'locked', 'expired'].map((username) => ({
      username,
      password: REFUSED,
    }));
    for (const person of [EMMY, OLGA, ADA, ZOE, ...refused])
      ids[person.username] = await api.addPerson(person);
  });
  beforeEach(async () => {
    await decide({ stage: 'shadow', liftHold: true });
    await forget();
  });
  afterEach(async () => {
    await standIn.control.resetFaults();
    await standIn.control.resetCounts();
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  async function decide(change: Partial<RolloutDecision> & Pick<RolloutDecision, 'stage'>) {
    const rollout = api.get(RolloutService);
    const { version } = await rollout.current();
    return rollout.change({ reason: 'a test', ...change }, version, { userId: null, name: 'a test' });
  }
  const forget = () => api.get(Database).execute('DELETE FROM cutover_shadow_checks');
  const signIn = async (username: string, password: string) => {
    const { code, body } = await api.client().signIn(username, password);
    return code ?? body['authMode'];
  };
  async function checkOf(username: string): Promise<Check | undefined> {
    const [check] = await api
      .get(Database)
      .query<Check>(`SELECT finding, object_id AS objectId FROM cutover_shadow_checks WHERE user_id = ?`, [
        ids[username],
      ]);
    return check;
  }
  const checked = async (username: string) =>
    (
      await eventually(
        () => checkOf(username),
        (check) => check?.finding != null,
        15_000,
      )
    )?.finding;
  const calls = async () => (await standIn.control.state()).calls;
  const linkOf = async (username: string) =>
    (await api.get(UserRepository).findById(ids[username] ?? 0))?.externalUserId;

  it('finds out who would get in over there, and whom it would fail, without anybody noticing', async () => {
    const refused = ['mfa', 'disabled', 'locked', 'expired'].map((username) => ({
      username,
      password: REFUSED,
    }));
    for (const { username, password } of [EMMY, OLGA, ADA, ZOE, ...refused])
      expect(await signIn(username, password)).toBe('local');
    const findings = Object.fromEntries(
      await Promise.all(Object.keys(ids).map(async (name) => [name, await checked(name)] as const)),
    );
    expect(findings).toEqual({
      emmy: 'opened',
      olga: 'conflict', // an administrator is linked by an operator only
      ada: 'password_differs',
      zoe: 'no_external_account',
      mfa: 'mfa_required',
      disabled: 'account_disabled',
      locked: 'account_locked',
      expired: 'password_expired',
    });
    const { oid } = (await standIn.control.state()).people.find(({ upn }) => upn.startsWith('emmy')) ?? {};
    expect(await checkOf('emmy')).toMatchObject({ objectId: oid });
    expect(await linkOf('emmy')).toBe(oid);
    expect(await linkOf('olga')).toBeNull();
    expect((await calls()).logout).toBe(2);
    expect(await api.get(ReadinessService).report()).toMatchObject({
      total: 8,
      ready: 1,
      atRisk: 7,
      reasons: {
        conflict: 1,
        password_differs: 1,
        no_external_account: 1,
        mfa_required: 1,
        disabled: 1,
        account_locked: 1,
        password_expired: 1,
      },
    });
    const audit = await api
      .get(Database)
      .query(`SELECT actor, subject FROM cutover_audit_log WHERE action = 'user.linked'`);
    expect(audit).toEqual([{ actor: 'cutover', subject: `user:${ids['emmy']}` }]);
    const tokens = await api.get(Database).query(`SELECT 1 FROM cutover_provider_tokens`);
    expect(tokens).toEqual([]);

    // What it found keeps those local whom the external side would not let in.
    await decide({ stage: 'all' });
    for (const { username } of refused)
      expect(await signIn(username, REFUSED)).toBe(username === 'locked' ? 'account_locked' : 'local');
    expect(await signIn(ZOE.username, ZOE.password)).toBe('local');
    expect(await signIn(EMMY.username, EMMY.password)).toBe('external');
    expect(await signIn(ADA.username, ADA.password)).toBe('invalid_credentials');
  });

  it('checks a person once a day, never after a failed sign-in, and not whom an operator keeps local', async () => {
    expect(await signIn(ADA.username, 'wrong')).toBe('invalid_credentials');
    await api.get(UserRepository).setPin(ids['zoe'] ?? 0, 'local', { by: 'a test' });
    await signIn(ZOE.username, ZOE.password);
    await api.get(UserRepository).setPin(ids['zoe'] ?? 0, null, { by: 'a test' });
    for (let time = 0; time < 2; time++) {
      await Promise.all([signIn(ADA.username, ADA.password), signIn(ADA.username, ADA.password)]);
      await checked('ada');
    }
    expect((await calls()).login).toBe(1);
    expect(await checkOf('zoe')).toBeUndefined();
    const yesterday = `UPDATE cutover_shadow_checks SET claimed_at = claimed_at - 86400001, finding = NULL`;
    await api.get(Database).execute(yesterday);
    await signIn(ADA.username, ADA.password);
    await checked('ada');
    expect((await calls()).login).toBe(2);
  });

  it('is not waited for', async () => {
    await standIn.control.setFaults({ latency: 2000 });
    expect(await signIn(ADA.username, ADA.password)).toBe('local');
    expect((await checkOf('ada'))?.finding ?? null).toBeNull();
    expect(await checked('ada')).toBe('password_differs');
  });

  it('asks nobody outside of its stage, on hold, and with the master switch off', async () => {
    await decide({ stage: 'off' });
    await signIn(ADA.username, ADA.password);
    await decide({ stage: 'shadow', hold: 'somebody complains' });
    await signIn(ADA.username, ADA.password);
    await decide({ stage: 'shadow', liftHold: true });
    await api.restart({ USE_EXTERNAL_AUTH: 'false' });
    await signIn(ADA.username, ADA.password);
    await api.restart({ USE_EXTERNAL_AUTH: 'true' }); // which waits for what is under way
    expect(await checkOf('ada')).toBeUndefined();
    expect((await calls()).login).toBe(0);
  });

  it('asks nobody while the circuit is open', async () => {
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '1' });
    await standIn.control.setFaults({ outage: true });
    await signIn(ADA.username, ADA.password);
    await eventually(
      () => checkOf('ada'),
      (check) => check !== undefined,
    );
    await eventually(calls, ({ login }) => login === 1);
    await signIn(ZOE.username, ZOE.password);
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '50' });
    expect(await checkOf('zoe')).toBeUndefined();
    expect(await checkOf('ada')).toMatchObject({ finding: null }); // an outage finds nothing
  });

  it('stops with a hold at the first throttle', async () => {
    await standIn.control.setFaults({ errorRate: 1, errorStatus: 429, operations: ['login'] });
    await signIn(ADA.username, ADA.password);
    const { hold } = await eventually(
      () => api.get(RolloutService).current(),
      (rollout) => rollout.hold !== null,
    );
    expect(hold).toMatchObject({ reason: 'shadow stopped: the external side throttles' });
    await standIn.control.resetFaults();
    await signIn(ZOE.username, ZOE.password);
    await api.restart({});
    expect(await checkOf('zoe')).toBeUndefined();
    expect(await checkOf('ada')).toMatchObject({ finding: null });
  });

  it('keeps to SHADOW_RATE', async () => {
    await api.restart({ SHADOW_RATE: '1' });
    const people = [ADA, ZOE, EMMY];
    await Promise.all(people.map(({ username, password }) => signIn(username, password)));
    for (const { username } of people) await checked(username);
    const [row] = await api
      .get(Database)
      .query<{ time: number }>(`SELECT MAX(claimed_at) - MIN(claimed_at) AS time FROM cutover_shadow_checks`);
    expect(Number(row?.time)).toBeGreaterThan(1900);
  });
});
