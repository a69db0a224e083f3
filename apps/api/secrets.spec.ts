import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Database, openDataSource } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInFaults, type StandInProcess } from '@cutover/external-auth/testing';
import type { Client } from './testing/client';
import { KnownSecrets } from './testing/known-secrets';
import { ListeningClient } from './testing/listening-client';
import { otlpCollector } from './testing/otlp-collector';
import { type RecordingProxy, recordingProxy } from './testing/recording-proxy';

const DIST = resolve(__dirname, '../../dist/apps');
const ADA = ['ada', 'Analytical-Engine+1843/é'] as const;
const OLGA = ['olga', 'Keep-The-Keys-2026'] as const;
const GRACE_HERE = ['grace', 'Locally-Kept-Grace-77'] as const;
const GRACE = ['grace', 'Nanosecond-Wire-1952'] as const;
const MISTYPED = {
  password: 'Wrong-Password-Of-Somebody-1',
  username: 'Typed-Into-The-Name-Field-2',
  body: 'In-A-Broken-Body-3',
  query: 'In-A-Query-String-4',
};

const NEW_PASSWORD = 'Difference-Engine-1822';

const key = () => randomBytes(32).toString('base64');

/** A whole life of the built programs, at their most talkative, on one database; then everything they left behind. */
describeOnEachEngine('what a full run leaves behind', (engine) => {
  let scratch: TestDatabase;
  let standIn: StandInProcess;
  let proxy: RecordingProxy;
  let environment: Record<string, string | undefined>;
  const children: ChildProcess[] = [];
  let collector: Awaited<ReturnType<typeof otlpCollector>>;
  let output = '';
  let answers = '';
  const secrets = new KnownSecrets([
    NEW_PASSWORD,
    ADA[1],
    OLGA[1],
    GRACE[1],
    GRACE_HERE[1],
    ...Object.values(MISTYPED),
  ]);

  beforeAll(async () => {
    scratch = await engine.createDatabase();
    standIn = await startStandIn();
    proxy = await recordingProxy(standIn.url);
    collector = await otlpCollector();
    const keys = { LOCAL_JWT_SECRET: key(), METRICS_TOKEN: key(), EXTERNAL_AUTH_CLIENT_SECRET: key() };
    const [encryptionKey, auditKey] = [key(), key()];
    for (const secret of [...Object.values(keys), encryptionKey, auditKey]) secrets.add(secret);
    environment = {
      ...standIn.settings(),
      ...keys,
      PATH: process.env['PATH'],
      TOKEN_ENCRYPTION_KEYS: `k1:${encryptionKey}`,
      AUDIT_KEYS: `a1:${auditKey}`,
      EXTERNAL_AUTH_API_URL: proxy.url,
      EXTERNAL_AUTH_FALLBACK: 'local',
      EXTERNAL_AUTH_CIRCUIT_FAILURES: '50',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '8',
      DATABASE_URL: scratch.url,
      LOG_LEVEL: 'trace',
      DEBUG: '*',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      HOST: '127.0.0.1',
      PORT: '0',
    };
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await proxy.close();
    await collector.close();
    await standIn.stop();
    await scratch.drop();
  });

  function run(program: string, ...options: string[]): ChildProcess {
    const child = spawn(process.execPath, [`${DIST}/${program}/main.js`, ...options], { env: environment });
    children.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    return child;
  }

  async function cutover(options: string[], input = ''): Promise<void> {
    const child = run('cli', ...options);
    child.stdin?.end(input);
    const [exit] = (await once(child, 'close')) as [number];
    expect({ options, exit }).toEqual({ options, exit: 0 });
  }

  /** What an operator reads out to somebody. */
  async function resetCode(username: string): Promise<string> {
    const child = spawn(
      process.execPath,
      [`${DIST}/cli/main.js`, 'users', 'issue-reset', username, '--json'],
      {
        env: environment,
      },
    );
    const { code } = JSON.parse(await text(child.stdout)) as { code: string };
    for (const secret of [code, code.replaceAll('-', '')]) secrets.add(secret);
    return code;
  }

  async function startApi(): Promise<{ child: ChildProcess; url: string }> {
    const child = run('api');
    for (;;) {
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      const url = /ready at (http:\/\/[^\s,"]+)/.exec(output)?.[1];
      if (url) return { child, url };
    }
  }

  it('holds no password, token, cookie or key', async () => {
    await cutover(['db', 'migrate']);
    const add = ([username, password]: readonly [string, string], ...options: string[]) =>
      cutover(
        [
          'users',
          'add',
          '--username',
          username,
          '--email',
          `${username}@contoso.example`,
          '--password-stdin',
          ...options,
        ],
        `${password}\n`,
      );
    await add(ADA);
    await Promise.all([add(GRACE_HERE), add(OLGA, '--role', 'admin')]);
    const { child, url } = await startApi();

    const browser = () =>
      new ListeningClient(
        () => url,
        (heard) => (answers += `${heard}\n`),
      );
    const keep = (client: Client) => {
      for (const cookie of [client.cookie, client.deviceCookie])
        if (cookie !== null) secrets.add(cookie.slice(cookie.indexOf('=') + 1));
      if (client.accessToken !== null) secrets.add(client.accessToken);
    };
    const signIn = async ([username, password]: readonly [string, string], status = 200) => {
      const client = browser();
      expect(await client.signIn(username, password)).toMatchObject({ status });
      keep(client);
      return client;
    };
    const refresh = async (client: Client, status = 200) => {
      expect(await client.refresh()).toMatchObject({ status });
      keep(client);
    };

    // An administrator, and everything that one may do.
    const olga = await signIn(OLGA);
    await olga.call('PUT', '/api/admin/rollout', {
      body: { stage: 'test-users', testUsers: ['grace'], reason: 'a run' },
      headers: { 'if-match': '"0"' },
    });
    for (const body of [{ pin: 'external' }, { pin: null }, { active: false }, { active: true }])
      await olga.call('PATCH', '/api/admin/users/1', { body });
    await olga.call('GET', '/api/admin/users');

    // The local side.
    const ada = await signIn(ADA);
    const thief = ada.copy();
    for (const _ of [1, 2]) await refresh(ada);
    await ada.call('GET', `/api/auth/me?access_token=${ada.accessToken}&password=${MISTYPED.query}`);
    await ada.call('GET', '/api/auth/sessions');
    await refresh(thief);
    await ada.signOut();
    await refresh(thief, 401);
    await signIn([ADA[0], MISTYPED.password], 401);
    await signIn([MISTYPED.username, ADA[1]], 401);
    for (const raw of [
      `{"username":"ada","password":"${MISTYPED.body}",`,
      `password=${MISTYPED.body}`,
      MISTYPED.body,
    ])
      for (const type of ['application/json', 'text/plain'])
        await browser().call('POST', '/api/auth/login', { raw, headers: { 'content-type': type } });
    await browser().call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${ada.accessToken}x` } });

    const code = await resetCode('ada');
    for (const typed of [`${code}X`, code]) {
      const body = { username: 'ada', code: typed, newPassword: NEW_PASSWORD };
      await browser().call('POST', '/api/auth/reset', { body });
    }
    await signIn([ADA[0], NEW_PASSWORD]);
    await resetCode('ada'); // one that stays

    // The external side, in good days and bad ones.
    const grace = await signIn(GRACE);
    await refresh(grace);
    expect((await grace.me()).status).toBe(200);
    await signIn([GRACE[0], MISTYPED.password], 401);
    const faults: Partial<StandInFaults>[] = [
      { shape: { body: 'html' } },
      { shape: { body: 'truncated' } },
      { shape: { body: 'redirect' } },
      { shape: { tenant: 'other' } },
      { shape: { audience: 'other' } },
      { refusals: { grace: 65001 } },
      { errorRate: 1, errorStatus: 503 },
      { errorRate: 1, errorStatus: 429 },
    ];
    for (const fault of faults) {
      await standIn.control.setFaults(fault);
      const answer = await browser().signIn(...GRACE);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      await standIn.control.resetFaults();
    }
    await standIn.control.setFaults({ outage: true });
    await signIn(GRACE_HERE);
    await standIn.control.resetFaults();
    for (let failure = 0; failure < 8; failure += 1) await browser().signIn(GRACE[0], MISTYPED.password);
    await signIn(GRACE, 429);

    // What operators and machines read.
    for (const path of ['/api/admin/audit', '/api/admin/rollout', '/api/admin/readiness'])
      expect(await olga.call('GET', path)).toMatchObject({ status: 200 });
    const scraper = { headers: { authorization: `Bearer ${environment['METRICS_TOKEN']}` } };
    for (const path of ['/metrics', '/health'])
      expect(await browser().call('GET', path, scraper)).toMatchObject({ status: 200 });

    // Our own faults, with statements and their parameters at hand.
    const dataSource = await openDataSource(scratch.connection);
    const database = new Database(dataSource);
    await database.execute('DELETE FROM cutover_rate_limits');
    for (const table of ['cutover_provider_tokens', 'cutover_session_bearers', 'cutover_audit_log']) {
      await database.execute(`ALTER TABLE ${table} RENAME TO elsewhere`);
      await signIn(GRACE, 500);
      await database.execute(`ALTER TABLE elsewhere RENAME TO ${table}`);
    }
    const names = await database.query<{ name: string }>(
      engine.name === 'mysql'
        ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
        : `SELECT name FROM sqlite_schema WHERE type = 'table'`,
    );
    const [kept] = await database.query<{ tokens: number }>(
      'SELECT COUNT(*) AS tokens FROM cutover_provider_tokens',
    );
    await dataSource.destroy();
    await cutover(['users', 'list', '--json']);
    await cutover(['sessions', 'list', '--user', 'grace', '--json']);
    await cutover(['audit', 'export', '--format', 'ndjson']);

    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    for (const token of proxy.tokens) secrets.add(token);
    const tables = names.map(({ name }) => dump(scratch, name)).join('\n');

    // There was something to find, and it would have been found.
    expect(kept?.tokens).toBeGreaterThan(0);
    expect(proxy.tokens.size).toBeGreaterThan(5);
    expect(output).toContain('/api/auth/login');
    // A fault of the configuration over there is an error to operators, number and all.
    expect(output).toMatch(
      /^\{"level":50.*external_misconfigured.*65001|^\{"level":50.*65001.*external_misconfigured/m,
    );
    expect(tables).toMatch(/sign_in\.fallback[^]*grace|grace[^]*sign_in\.fallback/);
    expect(secrets.foundIn(`... ${encodeURIComponent(ADA[1])} ...`)).toEqual([ADA[1]]);
    expect(secrets.foundIn(`... ${Buffer.from(GRACE[1]).toString('base64')} ...`)).toEqual([GRACE[1]]);

    const traces = collector.bodies.join('\n');
    expect(traces).toContain('POST /api/auth/login');
    expect(answers).toMatch(/cutover_sign_in[^]*"status":401|"status":401[^]*cutover_sign_in/);
    expect(output).toContain('"action":"password.reset"');

    expect(tables).toContain('$argon2');
    expect(output).not.toContain('$argon2');
    for (const told of [output, tables, answers, traces]) expect(secrets.foundIn(told)).toEqual([]);
  }, 180_000);
});
