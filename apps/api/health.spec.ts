import { Database, Migrator } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { ProviderKeys } from '@cutover/external-auth';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { migrations } from '@cutover/migrations';
import { RolloutService } from '@cutover/rollout';
import { Clock } from './testing/clock';
import { TestApi } from './testing/test-api';

/** Tables that the jobs ask about, in their own time. */
const JOBS = /cutover_(provider_tokens|audit|user_names|name_sweep)/;
const TOKEN = 'an-operators-token-for-tests';
const NEWEST = migrations.at(-1)?.name ?? '';
/** What a proxy on this machine adds: the caller behind it is no operator on loopback. */
const ANONYMOUS = { 'x-forwarded-for': '203.0.113.7' };

describeOnEachEngine('health', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      METRICS_TOKEN: TOKEN,
      EXTERNAL_AUTH_PROBE_INTERVAL: '1',
    });
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const health = (path = '/health', headers: Record<string, string> = {}) =>
    api.client().call('GET', path, { headers });

  async function until(status: number): Promise<void> {
    const deadline = Date.now() + 15_000;
    while ((await health()).status !== status) {
      if (Date.now() > deadline) throw new Error(`/health never answered ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function untilShown(text: string): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!(await health()).text.includes(text)) {
      if (Date.now() > deadline) throw new Error(`/health never showed ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('is live and ready', async () => {
    expect(await health('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await health('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { database: { status: 'up' } } },
    });
  });

  it('names every component, uncached', async () => {
    await untilShown('"state":"up"');
    const answer = await health();
    expect(answer.body).toMatchObject({
      status: 'ok',
      details: {
        database: { status: 'up' },
        external_auth_api: { status: 'up' },
        token_refresh: { status: 'up', due: 0, lagSeconds: 0, lastRunAt: expect.any(String) },
        jwks: { status: 'up', state: 'not needed yet' },
        rollout: { status: 'up', stage: 'off', percent: 0, version: 0 },
      },
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('shows causes, hosts and figures to operators only', async () => {
    const details = {
      database: { schema: 'current', version: NEWEST },
      external_auth_api: { url: standIn.url },
    };
    expect((await health('/health', { ...ANONYMOUS, authorization: `Bearer ${TOKEN}` })).body).toMatchObject({
      details,
    });
    expect((await health()).body).toMatchObject({ details });
    for (const headers of [ANONYMOUS, { ...ANONYMOUS, authorization: 'Bearer another-token-of-someone' }]) {
      expect((await health('/health', headers)).body).toMatchObject({
        details: { database: { status: 'up' }, external_auth_api: { status: 'up' } },
      });
      expect((await health('/health', headers)).text).not.toMatch(
        /schema|version|url|since|lastRunAt|stage|127\.0\.0\.1/,
      );
    }
  });

  it('says that the external API is down, stays ready, and recovers by itself', async () => {
    await standIn.control.setFaults({ outage: true });
    await until(503);
    expect((await health()).body).toMatchObject({
      status: 'error',
      details: {
        database: { status: 'up' },
        external_auth_api: { status: 'down', cause: expect.any(String) },
      },
    });
    expect((await health('/health/ready')).status).toBe(200);
    await standIn.control.resetFaults();
    await until(200);
  });

  it('shows the circuit, while it is open and again when it has closed', async () => {
    await until(200);
    expect((await health()).body).toMatchObject({
      details: { external_auth_api: { circuit: 'closed', circuitSince: expect.any(String) } },
    });
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '2', EXTERNAL_AUTH_CIRCUIT_RESET: '1' });
    await standIn.control.setFaults({ outage: true });
    await untilShown('"circuit":"open"');
    expect(await health()).toMatchObject({
      status: 503,
      body: { details: { external_auth_api: { status: 'down', circuitCause: expect.any(String) } } },
    });
    expect((await health('/health', ANONYMOUS)).text).not.toMatch(/circuit/);
    await standIn.control.resetFaults();
    await untilShown('"circuit":"closed"');
    await until(200);
  });

  it.each([
    ['up', 1000, {}],
    ['down', 100, { outage: true }],
  ])('makes no call upstream while the external API is %s, in %i answers', async (state, answers, faults) => {
    await standIn.control.setFaults(faults);
    // One probe at the start, and none in the time that this takes: what is counted then, /health made.
    await api.restart({ EXTERNAL_AUTH_PROBE_INTERVAL: '3600' });
    await untilShown(`"state":"${state}"`);
    await standIn.control.resetCounts();
    const { connections: before } = await standIn.control.state();
    for (let answered = 0; answered < answers; answered += 25)
      await Promise.all(Array.from({ length: 25 }, () => health()));
    const { calls, connections } = await standIn.control.state();
    expect(Object.values(calls).filter((count) => count > 0)).toEqual([]);
    expect(connections - before).toBe(1); // the question itself
    await standIn.control.resetFaults();
    await api.restart({ EXTERNAL_AUTH_PROBE_INTERVAL: '1' });
  });

  it('asks the database once a second at most, however many ask for the health', async () => {
    const query = jest.spyOn(api.get(Database), 'query');
    const start = performance.now();
    for (let answered = 0; answered < 1000; answered += 50)
      await Promise.all(Array.from({ length: 50 }, () => health()));
    const seconds = (performance.now() - start) / 1000;
    const asked = query.mock.calls.filter(([sql]) => !JOBS.test(sql)).length;
    query.mockRestore();
    // What /health asks in a second: whether the database answers, and the decision in force.
    expect(asked).toBeLessThan(10 + 5 * seconds);
  });

  it('shows how old the keys are once they were needed, and says when they are too old', async () => {
    const clock = new Clock();
    await api.get(ProviderKeys).refresh();
    expect((await health()).body).toMatchObject({
      details: { jwks: { status: 'up', state: 'trusted', ageSeconds: 0 } },
    });
    clock.advance({ minutes: 32 });
    const old = await health();
    clock.advance({ minutes: 24 * 60 });
    const older = await health();
    clock.restore();
    expect(old.body).toMatchObject({ details: { jwks: { status: 'degraded', state: 'trusted' } } });
    expect(older.body).toMatchObject({ details: { jwks: { status: 'degraded', state: 'missing' } } });
  });

  it('shows a hold, to operators with its reason, and lifts with it', async () => {
    const rollout = api.get(RolloutService);
    const by = { userId: null, name: 'a test' };
    const { version } = await rollout.change({ stage: 'off', reason: 'why', hold: 'look here' }, 0, by);
    expect((await health()).body).toMatchObject({
      status: 'degraded',
      details: { rollout: { status: 'degraded', hold: 'look here', holdSince: expect.any(String) } },
    });
    const anonymous = await health('/health', ANONYMOUS);
    expect(anonymous.body).toMatchObject({ details: { rollout: { status: 'degraded' } } });
    expect(anonymous.text).not.toContain('look here');
    await rollout.change({ stage: 'off', reason: 'seen', liftHold: true }, version, by);
    await until(200);
    expect((await health()).body).toMatchObject({ details: { rollout: { status: 'up' } } });
  });

  it('is down where the schema is older than the program, and says how far it is', async () => {
    const migrator = api.get(Migrator);
    await migrator.revert();
    await untilShown('"schema":"pending"');
    expect(await health('/health/ready')).toMatchObject({
      status: 503,
      body: { details: { database: { status: 'down', version: expect.not.stringMatching(NEWEST) } } },
    });
    await migrator.migrate();
    await untilShown('"schema":"current"');
  });

  it('only notes an outage that nobody needs the external side for', async () => {
    await standIn.control.setFaults({ outage: true });
    await api.restart({ USE_EXTERNAL_AUTH: 'false' });
    const deadline = Date.now() + 15_000;
    let body = (await health()).body;
    while (
      !JSON.stringify(body).includes('"down"') &&
      !JSON.stringify(body).includes('"state":"down"') &&
      Date.now() < deadline
    )
      body = (await health()).body;
    expect(await health()).toMatchObject({
      status: 200,
      body: { status: 'degraded', details: { external_auth_api: { status: 'degraded', state: 'down' } } },
    });
    await standIn.control.resetFaults();
  });
});
