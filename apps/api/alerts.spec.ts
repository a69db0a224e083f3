import { mysqlEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { DatabaseProxy } from './testing/database-proxy';
import { eventually } from './testing/eventually';
import { PrometheusProcess } from './testing/prometheus-process';
import { TestApi } from './testing/test-api';

const GRACE = { username: 'grace', password: 'Nanosecond-Wire-1952' };
const FAILURES = 3;
/** Milliseconds for what takes two or three scrapes, on a machine that has other things to do. */
const PATIENCE = 20_000;

/** The API shares jest's process here: how big and busy that is says nothing. Nor do entries that TestApi keeps unsealed. */
const OF_THE_TEST = new Set(['CutoverMemoryHigh', 'CutoverEventLoopSlow', 'CutoverAuditUnsealed']);

/** The rules' own tests are docker/prometheus/alerts.test.yml; this one shows that the API feeds them. */
describe('real Prometheus, a real API and a real outage', () => {
  let proxy: DatabaseProxy;
  let standIn: StandInProcess;
  let api: TestApi;
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    standIn = await startStandIn();
    const database = await mysqlEngine.createDatabase();
    proxy = await DatabaseProxy.open(database.url);
    api = await TestApi.start(
      { ...database, url: proxy.url },
      {
        ...standIn.settings(),
        EXTERNAL_AUTH_CIRCUIT_FAILURES: String(FAILURES),
        EXTERNAL_AUTH_CIRCUIT_RESET: '1',
        EXTERNAL_AUTH_PROBE_INTERVAL: '1',
        EXTERNAL_AUTH_TIMEOUT: '1000',
      },
    );
    const id = await api.addPerson({ ...GRACE, password: null });
    await api.get(UserRepository).setPin(id, 'external', { by: 'a test' });
    prometheus = await PrometheusProcess.start(api.url);
  }, 60_000);
  afterAll(async () => {
    await prometheus.stop();
    await api.stop();
    await proxy.close();
    await standIn.stop();
  });

  const signIn = () => api.client().signIn(GRACE.username, GRACE.password);
  const firing = async () =>
    Object.fromEntries(Object.entries(await prometheus.firing()).filter(([name]) => !OF_THE_TEST.has(name)));

  const isQuiet = (now: object) => Object.keys(now).length === 0;

  it('fires while the external API is away, says what to do, and clears when it is back', async () => {
    expect(await signIn()).toMatchObject({ status: 200 });
    const isWell = () => prometheus.value('count(cutover_health == 1)');
    await eventually(isWell, (components) => components === 5, PATIENCE);
    await eventually(firing, isQuiet, PATIENCE); // before the first scrape nobody answered

    await standIn.control.setFaults({ outage: true });
    for (let failure = 0; failure < FAILURES; failure += 1)
      expect(await signIn()).toMatchObject({ code: 'external_unavailable' });
    const alerts = await eventually(
      firing,
      (now) => 'CutoverExternalAuthUnavailable' in now && 'CutoverCircuitOpen' in now,
      PATIENCE,
    );
    expect(alerts).toMatchObject({
      CutoverExternalAuthUnavailable: {
        labels: { severity: 'critical' },
        annotations: { runbook_url: 'docs/runbook.md#cutoverexternalauthunavailable' },
      },
      CutoverCircuitOpen: {
        labels: { severity: 'warning', instance: new URL(api.url).host },
        annotations: { description: expect.stringContaining(new URL(api.url).host) },
      },
    });
    // An outage over there is nobody else's fault.
    expect(Object.keys(alerts).sort()).toEqual(['CutoverCircuitOpen', 'CutoverExternalAuthUnavailable']);

    await standIn.control.resetFaults();
    await eventually(firing, isQuiet, PATIENCE);
    expect(await signIn()).toMatchObject({ status: 200 });
  }, 90_000);

  it('still answers Prometheus while the database is away, and says so', async () => {
    await eventually(firing, isQuiet, PATIENCE);
    proxy.cut();
    const alerts = await eventually(firing, (now) => 'CutoverDatabaseDown' in now, PATIENCE);
    expect(Object.keys(alerts)).toEqual(['CutoverDatabaseDown']);
    expect(await prometheus.value('up')).toBe(1);
    expect(await prometheus.value('cutover_health{component="database"}')).toBe(0);
    proxy.mend();
    await eventually(firing, isQuiet, PATIENCE);
  }, 60_000);
});
