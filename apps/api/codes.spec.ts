import { type ProblemCode, PROBLEMS } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInFaults, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { DataSource } from 'typeorm';
import { Clock } from './testing/clock';
import type { Answer, Client } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const OLGA = { username: 'olga', password: 'Keep-The-Keys-2026', role: 'admin' as const };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
const NAMESAKE_PASSWORD = 'Two-People-One-Name-9';

/** Whatever an answer must not hold: our code, our database, and what the other side said. */
const INNER =
  /node_modules|\bat \S+ \(|\.[cm]?[jt]s:\d|SELECT|INSERT|UPDATE |sqlite|mysql|\bER_[A-Z]|ECONN|cutover_(sessions|rate|user|rollout|provider)|users\.|AADSTS|Trace ID|127\.0\.0\.1|Error:/i;

const clock = new Clock();
afterEach(() => {
  clock.restore();
});

describeOnEachEngine('every code', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  /** What was handed out or typed so far. */
  const secrets = new Set([ADA.password, OLGA.password, GRACE_PASSWORD, NAMESAKE_PASSWORD]);

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '5',
    });
    await standIn.control.putPeople({
      username: 'namesake',
      password: NAMESAKE_PASSWORD,
      name: 'A Namesake',
      email: 'one@contoso.example',
    });
    await standIn.control.putPeople({ username: 'unproven', password: NAMESAKE_PASSWORD, name: 'No Proof' });
    const unprovenId = await api.addPerson({ username: 'unproven', password: ADA.password, email: null });
    await api.get(UserRepository).setPin(unprovenId, 'external', { by: 'a test' });
    await api.addPerson(ADA);
    await api.addPerson(OLGA);
    for (const person of [{ username: 'grace' }, { username: 'namesake', email: 'two@contoso.example' }]) {
      const id = await api.addPerson({ ...person, password: null });
      await api.get(UserRepository).setPin(id, 'external', { by: 'a test' });
    }
  });
  afterEach(() => standIn.control.resetFaults());
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  async function signedIn({ username, password }: { username: string; password: string }): Promise<Client> {
    const client = api.client();
    expect((await client.signIn(username, password)).status).toBe(200);
    for (const secret of [client.accessToken, client.cookie, client.deviceCookie])
      secrets.add(secret?.replace(/^\w+=/, '') ?? '');
    return client;
  }
  const call = (...request: Parameters<Client['call']>) => api.client().call(...request);
  const changeRollout = async (headers: Record<string, string>) =>
    (await signedIn(OLGA)).call('PUT', '/api/admin/rollout', {
      body: { stage: 'off', reason: 'x' },
      headers,
    });
  /** Grace's sign-in at an external side in that state. */
  const graceAt = async (faults: Partial<StandInFaults>) => {
    await standIn.control.setFaults(faults);
    return api.client().signIn('grace', GRACE_PASSWORD);
  };
  const without = async (table: string, work: () => Promise<Answer>) => {
    const rename = (from: string, to: string) =>
      api.get(Database).execute(`ALTER TABLE ${from} RENAME TO ${to}`);
    await rename(table, 'elsewhere');
    return work().finally(() => rename('elsewhere', table));
  };

  /** Somebody whom nothing but the name connects with the row. */
  const unproven = async () => {
    return api.client().signIn('unproven', NAMESAKE_PASSWORD);
  };

  const PRODUCED: Record<ProblemCode, () => Promise<Answer>> = {
    link_required: unproven,
    sign_in_expired: async () => {
      const { body } = await unproven();
      return api.client().link(body['linkToken'], ADA.password);
    },
    invalid_credentials: () => api.client().signIn('ada', 'not-her-password'),
    mfa_required: () => graceAt({ refusals: { grace: 50076 } }),
    password_expired: () => graceAt({ refusals: { grace: 50055 } }),
    account_locked: () => graceAt({ refusals: { grace: 50053 } }),
    account_disabled: () => graceAt({ refusals: { grace: 50057 } }),
    account_conflict: () => api.client().signIn('namesake', NAMESAKE_PASSWORD),
    not_authenticated: () => call('GET', '/api/auth/me'),
    token_invalid: async () => {
      const { accessToken } = await signedIn(ADA);
      return call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${accessToken}x` } });
    },
    session_expired: async () => {
      const ada = await signedIn(ADA);
      const tab = ada.copy();
      await ada.signOut();
      return tab.refresh();
    },
    session_reused: async () => {
      const ada = await signedIn(ADA);
      const thief = ada.copy();
      for (const _ of [1, 2]) await ada.refresh();
      clock.advance({ seconds: 11 });
      return thief.refresh();
    },
    forbidden: async () => (await signedIn(ADA)).call('GET', '/api/admin/rollout'),
    validation_failed: () => call('POST', '/api/auth/login', { body: { password: ADA.password } }),
    payload_too_large: () => call('POST', '/api/auth/login', { body: { username: 'x'.repeat(300_000) } }),
    unsupported_media_type: () =>
      call('POST', '/api/auth/login', {
        raw: `password=${ADA.password}`,
        headers: { 'content-type': 'text/plain' },
      }),
    not_found: () => call('GET', '/api/nothing-here'),
    method_not_allowed: () => call('DELETE', '/api/auth/login'),
    version_conflict: () => changeRollout({ 'if-match': '"77"' }),
    version_required: () => changeRollout({}),
    rate_limited: async () => {
      for (const _ of [1, 2, 3, 4, 5]) await api.client().signIn('nobody', 'wrong');
      return api.client().signIn('nobody', ADA.password);
    },
    external_unavailable: () => graceAt({ outage: true }),
    external_misconfigured: () => graceAt({ refusals: { grace: 65001 } }),
    internal_error: () => without('cutover_sessions', () => api.client().signIn('ada', ADA.password)),
    service_unavailable: async () => {
      await api.get(DataSource).destroy();
      return api
        .client()
        .signIn('ada', ADA.password)
        .finally(() => api.get(DataSource).initialize());
    },
    service_busy: async () => {
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) => api.client().signIn(`stranger${index}`, ADA.password)),
      );
      return answers.find(({ status }) => status === 503) as Answer;
    },
  };

  it.each(Object.keys(PROBLEMS) as ProblemCode[])(
    '%s comes as a problem document that gives nothing away',
    async (code) => {
      const answer = await PRODUCED[code]();
      expect(answer).toMatchObject({ status: PROBLEMS[code].status, code });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.body).toEqual({
        type: `/problems/${code}`,
        title: PROBLEMS[code].title,
        status: PROBLEMS[code].status,
        detail: expect.stringMatching(/\S/),
        instance: expect.stringMatching(/^\/api\//),
        code,
        requestId: answer.headers.get('x-request-id'),
        ...(code === 'link_required' && { linkToken: expect.stringMatching(/^[\w-]{43}$/) }),
        ...(answer.headers.has('retry-after') && { retryAfter: Number(answer.headers.get('retry-after')) }),
      });
      const said = `${answer.text}\n${[...answer.headers].join('\n')}`;
      expect(said).not.toMatch(INNER);
      for (const secret of secrets) expect(said).not.toContain(secret);
    },
  );
});
