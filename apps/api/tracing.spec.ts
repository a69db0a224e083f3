import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { ApiProcess } from './testing/api-process';
import { Client } from './testing/client';
import { otlpCollector } from './testing/otlp-collector';
import { TestApi } from './testing/test-api';

const PASSWORD = 'Nanosecond-Wire-1952';
const WRONG = 'Wrong-Password-Of-Somebody-1';
const COLLECTORS_KEY = 'a collectors key';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

const [SERVER, CLIENT] = [2, 3];

describeOnEachEngine('tracing', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-tracing-'));
  let database: TestDatabase;
  let prepared: TestApi;
  let standIn: StandInProcess;
  let environment: Record<string, string | undefined>;

  beforeAll(async () => {
    database = await engine.createDatabase();
    standIn = await startStandIn();
    const auditKeys = { AUDIT_KEYS: `k:${randomBytes(32).toString('base64')}` };
    prepared = await TestApi.start(database, auditKeys);
    const id = await prepared.addPerson({ username: 'grace', password: null });
    await prepared.get(UserRepository).setPin(id, 'external', { by: 'a test' });
    environment = {
      ...standIn.settings(),
      ...auditKeys,
      DATABASE_URL: database.url,
      LOCAL_JWT_SECRET: randomBytes(32).toString('base64url'),
      TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
    };
  });
  afterAll(async () => {
    await standIn.stop();
    await prepared.stop();
    rmSync(folder, { recursive: true });
  });

  const urlOf = async (api: ApiProcess) =>
    /ready at (http:\/\/[^\s,"]+)/.exec(await api.said('ready at '))?.[1] ?? '';

  it('follows a sign-in from the caller to the database and the external API, and tells no secret', async () => {
    const receiver = await otlpCollector();
    const api = await ApiProcess.start({
      ...environment,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${encodeURIComponent(COLLECTORS_KEY)}`,
    });
    const url = await urlOf(api);
    const client = new Client(() => url);
    const traceparent = `00-${TRACE}-${CALLER}-01`;
    const answer = await client.signIn('grace', PASSWORD, { traceparent });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers.get('x-request-id')).toBe(TRACE);
    const me = `/api/auth/me?access_token=${client.accessToken}`;
    expect(await client.call('GET', me)).toMatchObject({ status: 200 });
    await client.call('GET', `/api/${PASSWORD}`);
    await client.call('GET', '/health');
    await standIn.control.setFaults({ refusals: { grace: 50053 } });
    await new Client(() => url).signIn('grace', WRONG);
    await standIn.control.resetFaults();
    const { output } = await api.stop();
    await receiver.close();

    const spans = receiver.spans();
    const ofSignIn = spans.filter(({ traceId }) => traceId === TRACE);
    const server = ofSignIn.find(({ kind }) => kind === SERVER);
    expect(server).toMatchObject({ name: 'POST /api/auth/login', parentSpanId: CALLER });
    const calls = ofSignIn.filter(({ kind }) => kind === CLIENT);
    const login = calls.find(({ name }) => name === 'POST /api/auth/login');
    expect(login).toMatchObject({ parentSpanId: server?.spanId });
    expect(login?.attributes).toContainEqual({
      key: 'url.template',
      value: { stringValue: '/api/auth/login' },
    });
    const statements = calls.flatMap(({ attributes }) =>
      attributes.flatMap(({ key, value }) =>
        /^db\.(statement|query\.text)$/.test(key) ? [value.stringValue] : [],
      ),
    );
    if (engine.name === 'mysql') expect(statements.join('\n')).toMatch(/FROM users\b/);
    // Nobody asks for what machines poll, nor for what jobs do all the time.
    expect(spans.some(({ name }) => name.includes('health'))).toBe(false);
    const known = new Set(spans.map(({ spanId }) => spanId));
    const roots = spans.filter(({ parentSpanId }) => !parentSpanId || !known.has(parentSpanId));
    for (const root of roots) expect(root.attributes.map(({ key }) => key).join()).not.toMatch(/db\./);

    for (const header of receiver.headers) expect(header).toMatchObject({ 'x-key': COLLECTORS_KEY });
    const told = receiver.bodies.join('\n');
    const token = client.accessToken ?? '';
    const cookie = (client.cookie ?? '').split('=')[1] ?? '';
    for (const secret of [PASSWORD, WRONG, token, token.split('.')[1], cookie, COLLECTORS_KEY, 'grace'])
      expect(told).not.toContain(secret);
    expect(token.length + cookie.length).toBeGreaterThan(100);

    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const log = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(log).toContainEqual(
      expect.objectContaining({
        event: 'sign_in',
        mode: 'external',
        outcome: 'success',
        traceId: TRACE,
        requestId: TRACE,
        duration: expect.any(Number),
      }),
    );
    expect(log).toContainEqual(
      expect.objectContaining({ event: 'request', path: '/api/auth/login', status: 200, traceId: TRACE }),
    );
    // What Microsoft's support asks for.
    expect(log).toContainEqual(
      expect.objectContaining({
        event: 'external_call',
        operation: 'login',
        outcome: 'account_locked',
        failure: expect.objectContaining({
          aadsts: 50053,
          traceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        }),
      }),
    );
  });

  it('costs nothing while nobody asks for it: its packages are not loaded', async () => {
    const listing = join(folder, 'list-loaded.cjs');
    const list = `Object.keys(require.cache).filter((file) => file.includes('@opentelemetry/sdk-trace')).length`;
    writeFileSync(listing, `process.on('exit', () => console.log('tracing files loaded: ' + ${list}));`);
    const loaded = async (settings: Record<string, string>) => {
      const api = await ApiProcess.start({
        ...environment,
        ...settings,
        NODE_OPTIONS: `--require ${listing}`,
      });
      return /tracing files loaded: (\d+)/.exec((await api.stop()).output)?.[1];
    };
    expect(await loaded({})).toBe('0');
    // A collector that is away holds nothing up.
    expect(Number(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }))).toBeGreaterThan(0);
  });
});
