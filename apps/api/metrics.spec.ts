import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { LABELS } from '@cutover/operations';
import { UserRepository } from '@cutover/users';
import { eventually } from './testing/eventually';
import { TestApi } from './testing/test-api';

const TOKEN = 'an-operators-token-for-tests';
const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
/** Design section 8. `audit_entries_total` is counted where entries are sealed. */
const PROMISED = [
  'sign_in_attempts_total',
  'sign_in_duration_seconds',
  'external_auth_requests_total',
  'external_auth_request_duration_seconds',
  'external_auth_retries_total',
  'external_auth_circuit_state',
  'token_refresh_total',
  'token_refresh_lag_seconds',
  'token_refresh_due',
  'bearer_validations_total',
  'jwks_age_seconds',
  'sessions_active',
  'rollout_stage',
  'rollout_percent',
  'rollout_users',
  'guardrail_verdicts_total',
  'fallback_sign_ins_total',
  'break_glass_sign_ins_total',
  'rate_limited_total',
].map((name) => `cutover_${name}`);

/** What a proxy on this machine adds: the caller behind it is no operator on loopback. */
const FORWARDED = { 'x-forwarded-for': '203.0.113.7' };

describeOnEachEngine('GET /metrics', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '1',
    });
    await api.addPerson(ADA);
    const id = await api.addPerson({ username: 'grace', password: null });
    await api.get(UserRepository).setPin(id, 'external', { by: 'a test' });
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const metrics = (headers: Record<string, string> = {}) => api.client().call('GET', '/metrics', { headers });

  it('answers whoever is on this machine, uncached, as Prometheus reads it', async () => {
    const answer = await metrics();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('has everything that is promised from the start, the figures of the whole database too', async () => {
    await api.restart({}); // nothing was counted yet
    const { text } = await metrics();
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(types).toEqual(expect.arrayContaining(PROMISED));
    expect(types).toEqual(
      expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']),
    );
    const samples = samplesOf(text);
    for (const sample of [
      'cutover_sessions_active{mode="local"} 0',
      'cutover_rollout_stage{stage="off"} 1',
      'cutover_rollout_stage{stage="all"} 0',
      'cutover_rollout_percent 0',
      'cutover_rollout_hold 0',
      'cutover_rollout_users{readiness="unknown"} 1',
      'cutover_rollout_users{readiness="at-risk"} 1',
      'cutover_external_auth_circuit_state{state="closed"} 1',
      'cutover_queue_waiting{queue="password"} 0',
      'cutover_queue_capacity{queue="external_auth"} 256',
      'cutover_token_refresh_total{outcome="failed"} 0',
      `cutover_database_connections_max ${engine.name === 'mysql' ? 20 : 1}`,
    ])
      expect(samples).toContain(sample);
  });

  it('asks the database for what it counts there once in a while, however often it is scraped', async () => {
    await metrics();
    const query = jest.spyOn(api.get(Database), 'query');
    for (let scrape = 0; scrape < 50; scrape += 1) await metrics();
    const asked = query.mock.calls.length;
    query.mockRestore();
    expect(asked).toBeLessThan(10);
  });

  it('refuses everybody else, without a token and with another one', async () => {
    const refused = { status: 403, code: 'forbidden' };
    const bearer = { ...FORWARDED, authorization: `Bearer ${TOKEN}` };
    expect(await metrics(FORWARDED)).toMatchObject(refused);
    expect(await metrics({ forwarded: 'for=203.0.113.7' })).toMatchObject(refused);
    expect(await metrics(bearer)).toMatchObject(refused);
    await api.restart({ METRICS_TOKEN: TOKEN });
    expect(await metrics(bearer)).toMatchObject({ status: 200 });
    expect(await metrics({ ...FORWARDED, authorization: `Bearer ${TOKEN}x` })).toMatchObject(refused);
    expect(await metrics(FORWARDED)).toMatchObject(refused);
  });

  it('names what it counts, and nobody', async () => {
    const grace = api.client();
    const { body } = await grace.signIn('grace', GRACE_PASSWORD);
    for (const _ of [1, 2]) await api.client().signIn('ada', 'wrong');
    await grace.me();
    const { text } = await metrics();
    for (const sample of samplesOf(text))
      expect(sample).toMatch(/^(cutover|process|nodejs)_[a-z0-9_]+(\{[^{}]*\})? ([\d.e+-]+|NaN)$/);
    for (const [mode, outcome, code] of [
      ['external', 'success', 'none'],
      ['local', 'refused', 'invalid_credentials'],
    ]) {
      expect(text).toContain(
        `cutover_sign_in_attempts_total{mode="${mode}",outcome="${outcome}",code="${code}"} 1\n`,
      );
      expect(text).toContain(
        `cutover_sign_in_duration_seconds_count{mode="${mode}",outcome="${outcome}"} 1\n`,
      );
    }
    expect(text).toMatch(/^cutover_rate_limited_total\{by="account"\} 1$/m);
    for (const personal of [
      'grace',
      'ada',
      'contoso',
      '127.0.0.1',
      (body['user'] as { email: string }).email,
      String(body['accessToken']),
    ])
      expect(text.toLowerCase()).not.toContain(personal.toLowerCase());
  });

  it('has no more series than its labels make, whatever is thrown at it', async () => {
    const mess = async (salt: string) => {
      for (let one = 0; one < 8; one += 1) {
        const name = `${salt}-${one}"}{\n${'\u{1F980}'.repeat(one)}`;
        const headers = { 'x-forwarded-for': `198.51.100.${one}`, 'user-agent': name.replace(/[^ -~]/g, '') };
        const stranger = api.client();
        await stranger.signIn(name, salt, headers);
        await stranger.call('PATCH', `/api/${encodeURIComponent(name)}/${one}?${salt}`, { headers });
        await stranger.call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${salt}.${one}.x` } });
        await stranger.call('POST', '/api/auth/login', { raw: `{"${salt}":${one}`, headers });
      }
      return samplesOf((await metrics()).text).map((sample) => sample.slice(0, sample.lastIndexOf(' ')));
    };
    await mess('zero');
    // Entries are counted where they are sealed, a little later: grace's of above too.
    const counted = (text: string) =>
      ['user.linked', 'sign_in'].every((action) => text.includes(`audit_entries_total{action="${action}"}`));
    await eventually(async () => (await metrics()).text, counted, 10_000);
    const first = await mess('one');
    const second = await mess('another');
    // Node counts each of its four kinds of garbage collection from the first of its kind on.
    const ofCollections = /^nodejs_gc_duration_seconds_/;
    expect(second.filter((series) => !first.includes(series) && !ofCollections.test(series))).toEqual([]);
    for (const series of second.filter((one) => one.startsWith('cutover_'))) {
      const [, name = '', labels = ''] =
        /^cutover_([a-z_]+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(series) ?? [];
      for (const [, label = '', value] of labels.matchAll(/(\w+)="([^"]*)"/g))
        if (label !== 'le') expect(LABELS[name]?.[label]).toContain(value);
    }
  });
});

const samplesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
