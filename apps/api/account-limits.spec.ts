import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { type RolloutDecision, RolloutService } from '@cutover/rollout';
import { UserRepository } from '@cutover/users';
import { eventually } from './testing/eventually';
import { TestApi } from './testing/test-api';

const PER_ACCOUNT = 3;
const PER_HOUR = 5;
const GRACE = { username: 'grace', email: 'grace@contoso.example', password: 'Nanosecond-Wire-1952' };
/** Called by nothing like her names over there. */
const ADA = {
  username: 'al1815',
  email: 'Ada@Contoso.example',
  azureEmail: 'lovelace@contoso.example',
  upn: 'A.Byron@Contoso.example',
  password: 'Analytical-Engine-1843',
};
const ADAS_NAMES = [
  ADA.username,
  ' AL1815\t',
  'al1815@contoso.example',
  ADA.email,
  'ada',
  ADA.azureEmail,
  ADA.upn,
  'a.byron',
  'CONTOSO\\a.byron',
  'a\u200b.byron@contoso.example',
  'ａ.byron@contoso.example',
];
const NOBODYS_NAMES = ['nobody', ' nobody ', 'NOBODY', 'nobody@contoso.example', 'no\u00adbody', 'X\\nobody'];

describeOnEachEngine('failures at one account of the external side', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let another: TestApi;
  let adaId: number;

  beforeAll(async () => {
    standIn = await startStandIn();
    const database = await engine.createDatabase();
    const environment = {
      ...standIn.settings(),
      TRUST_PROXY: '127.0.0.1',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: String(PER_ACCOUNT),
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT_HOUR: String(PER_HOUR),
    };
    api = await TestApi.start(database, environment);
    another = await TestApi.start({ ...database, drop: () => Promise.resolve() }, environment);
    adaId = await api.addPerson(ADA);
    const linked = 'aaaaaaaa-0000-4000-8000-000000000001';
    await sql('UPDATE users SET azure_email = ?, external_user_id = ? WHERE id = ?', [
      ADA.azureEmail,
      linked,
      adaId,
    ]);
    await sql(
      `INSERT INTO cutover_external_accounts (user_id, state, object_id, upn, seen_at, run_id) VALUES (?, 'usable', ?, ?, 1, 'a run')`,
      [adaId, linked, ADA.upn],
    );
    await api.addPerson(GRACE);
    await decide({ stage: 'all' });
  });
  beforeEach(() => standIn.control.resetCounts());
  afterEach(() => sql('DELETE FROM cutover_rate_limits'));
  afterAll(async () => {
    await another.stop();
    await api.stop();
    await standIn.stop();
  });

  const sql = (statement: string, parameters: unknown[] = []) =>
    api.get(Database).execute(statement, parameters);
  const decide = async (change: Partial<RolloutDecision> & Pick<RolloutDecision, 'stage'>) => {
    for (const one of [api, another]) {
      const rollout = one.get(RolloutService);
      const { version, stage } = await rollout.current();
      if (stage !== change.stage)
        await rollout.change({ reason: 'a test', ...change }, version, { userId: null, name: 'a test' });
    }
  };
  let addresses = 0;
  const signIn = (username: string, password = 'wrong', client = api.client()) =>
    client.signIn(username, password, {
      'x-forwarded-for': `10.0.${(addresses += 1) >> 8}.${addresses & 255}`,
    });
  const loginCalls = async () => (await standIn.control.state()).calls.login;
  /** As if so many seconds had gone by on the database's clock. */
  const pass = (seconds: number) =>
    sql('UPDATE cutover_rate_limits SET expires_at = expires_at - ?', [seconds * 1000]);
  const failures = async (times: number, ...names: string[]) => {
    const codes: unknown[] = [];
    for (let time = 0; time < times; time += 1)
      codes.push((await signIn(names[time % names.length] ?? '')).code);
    return codes;
  };

  it.each([
    ['a person', ADAS_NAMES],
    ['a name that no row knows', NOBODYS_NAMES],
  ])('of %s are as few however the name is spelled, of 50 at once over two processes', async (_, names) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_one, index) =>
        signIn(names[index % names.length] ?? '', 'wrong', (index % 2 === 0 ? api : another).client()),
      ),
    );
    expect(await loginCalls()).toBeLessThanOrEqual(PER_ACCOUNT);
    expect(answers.filter(({ code }) => code === 'rate_limited').length).toBeGreaterThanOrEqual(
      50 - PER_ACCOUNT,
    );
  });

  it.each([
    ['that the external side adds by itself', undefined, [...ADAS_NAMES, 'a.byron@contoso.onmicrosoft.com']],
    ['that we add', 'contoso.example', ADAS_NAMES],
  ])('go on under no other spelling, with a domain %s', async (_, domain, names) => {
    await api.restart({ EXTERNAL_AUTH_USERNAME_DOMAIN: domain });
    for (const first of names) {
      expect(await failures(PER_ACCOUNT, first)).not.toContain('rate_limited');
      const codes = await Promise.all(names.map(async (other) => [first, other, (await signIn(other)).code]));
      expect(codes).toEqual(names.map((other) => [first, other, 'rate_limited']));
      await sql('DELETE FROM cutover_rate_limits');
    }
    expect(await loginCalls()).toBe(names.length * PER_ACCOUNT);
  });

  it('leave everybody else alone', async () => {
    await failures(PER_ACCOUNT + 1, ADA.upn);
    expect(await signIn(GRACE.username, GRACE.password)).toMatchObject({ status: 200 });
  });

  describe('in an hour', () => {
    /** Not faster than the limit a minute allows. */
    const slowly = async (times: number, ...names: string[]) => {
      const codes: unknown[] = [];
      for (let time = 0; time < times; time += 1) {
        codes.push(...(await failures(1, names[time % names.length] ?? '')));
        await pass(20);
      }
      return codes;
    };

    it('stay below the lockout, in whatever hour one counts', async () => {
      await slowly(3, 'grace', 'grace@contoso.example');
      await pass(3000);
      expect(await slowly(3, 'grace', ' Grace')).toEqual([
        ...Array.from({ length: 2 }, () => 'invalid_credentials'),
        'rate_limited',
      ]);
      const limited = await signIn('grace', GRACE.password);
      expect(limited).toMatchObject({ status: 429, code: 'rate_limited' });
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(60);
      expect(await loginCalls()).toBe(PER_HOUR);
      await pass(600);
      expect(await slowly(4, 'grace')).toEqual([
        ...Array.from({ length: 3 }, () => 'invalid_credentials'),
        'rate_limited',
      ]);
    });

    it('are spent by strangers for strangers: the owner’s devices have their own, by whatever name they come', async () => {
      const device = api.client();
      expect(await signIn('grace', GRACE.password, device)).toMatchObject({ status: 200 });
      device.cookie = null;
      await slowly(PER_HOUR, 'grace');
      expect(await signIn('grace', GRACE.password)).toMatchObject({ code: 'rate_limited' });
      for (const name of ['grace', 'grace@contoso.example', 'GRACE@contoso.example'])
        expect(await signIn(name, GRACE.password, device)).toMatchObject({ status: 200 });
      for (let time = 0; time < PER_HOUR; time += 1) {
        expect(await signIn('grace', 'wrong', device)).toMatchObject({ code: 'invalid_credentials' });
        await pass(60);
      }
      // A new cookie is a new device, and the same person's budget.
      expect(await signIn('grace', 'wrong', device)).toMatchObject({ code: 'rate_limited' });
    });

    it('count no success, no outage, and every check of the stage shadow that fails', async () => {
      for (let time = 0; time < 2 * PER_HOUR; time += 1)
        expect(await signIn('grace', GRACE.password)).toMatchObject({ status: 200 });
      await standIn.control.setFaults({ outage: true, operations: ['login'] });
      expect(await signIn('grace', GRACE.password)).toMatchObject({ code: 'external_unavailable' });
      await standIn.control.resetFaults();

      await decide({ stage: 'shadow' });
      await standIn.control.resetCounts();
      expect(await signIn(ADA.username, ADA.password)).toMatchObject({ status: 200 });
      await eventually(
        () =>
          api.get(Database).query<{ finding: string | null }>('SELECT finding FROM cutover_shadow_checks'),
        ([row]) => row?.finding === 'no_external_account',
      );
      await decide({ stage: 'all' });
      expect(await slowly(PER_HOUR, ADA.upn)).toEqual([
        ...Array.from({ length: PER_HOUR - 1 }, () => 'invalid_credentials'),
        'rate_limited',
      ]);
      expect(await loginCalls()).toBe(PER_HOUR);
    });
  });

  it('from an address over its limit cost no look-up', async () => {
    await another.restart({ RATE_LIMIT_SIGN_IN_PER_ADDRESS: '2' });
    const there = { 'x-forwarded-for': '192.0.2.1' };
    for (const name of ['one', 'two']) await another.client().signIn(name, 'wrong', there);
    const lookups = jest.spyOn(another.get(UserRepository), 'findByUsername');
    for (const name of ['ß', 'grace', 'three'])
      expect(await another.client().signIn(name, 'wrong', there)).toMatchObject({ code: 'rate_limited' });
    expect(lookups).not.toHaveBeenCalled();
    lookups.mockRestore();
  });
});
