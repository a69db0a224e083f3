import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { TestApi } from './testing/test-api';

const TOKEN = 'an-operators-token-for-tests';
const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
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
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples.length).toBeGreaterThan(5);
    for (const sample of samples) expect(sample).toMatch(/^cutover_[a-z_]+(\{[^{}]*\})? [\d.e+-]+$/);
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
});
