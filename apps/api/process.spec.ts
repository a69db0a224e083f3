import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseSettings, loadSettings, SettingsService } from '@cutover/config';
import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { Migrator, openDataSource } from '@cutover/database';
import { mysqlEngine } from '@cutover/database/testing';
import { TokenVault } from '@cutover/sessions';

const MAIN = resolve(__dirname, '../../dist/apps/api/main.js');
const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

/** The built artefact with environment variables only, in an empty working directory. */
describe('the process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-api-'));
  const running = new Set<ChildProcess>();

  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function start(environment: Record<string, string>) {
    const child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...environment },
    });
    running.add(child);
    let output = '';
    const ready = new Promise<string>((resolveReady) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        const url = /ready at (http:\/\/[^\s,"]+)/.exec(output)?.[1];
        if (url) resolveReady(url);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
    });
    const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }));
    return { child, ready, ended };
  }

  it('starts with nothing set, says where it answers, and ends in order on SIGTERM', async () => {
    const { child, ready, ended } = start({ DATABASE_MIGRATE: 'true' });
    const url = await ready;
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(output).toContain('secrets are not set; generated ones are kept in data/secrets.env');
  });

  it('is not ready on a database whose schema is not the one it expects, and says so', async () => {
    const { ready } = start({ DATABASE_URL: 'sqlite:unmigrated.sqlite' });
    const answer = await fetch(`${await ready}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'error',
      details: { database: { status: 'down', schema: 'pending' } },
    });
  });

  it('finishes the request in hand before it ends', async () => {
    const { child, ready, ended } = start({ DATABASE_MIGRATE: 'true' });
    const url = await ready;
    const answer = fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'nobody', password: 'nothing' }),
    });
    // The first password is preceded by a measurement of the hashes: time enough to be stopped in the middle of it.
    await fetch(`${url}/health/live`);
    child.kill('SIGTERM');
    expect((await answer).status).toBe(401);
    expect((await ended).code).toBe(0);
  });

  it('lists every fault of its configuration at once and exits 78, without a value', async () => {
    const { ended } = start({
      USE_EXTERNAL_AUTH: 'true',
      LOG_LEVEL: 'loud',
      LOCAL_JWT_SECRET: 'much-too-short',
    });
    const { code, output } = await ended;
    expect(code).toBe(78);
    for (const name of ['LOG_LEVEL', 'LOCAL_JWT_SECRET']) expect(output).toContain(`${name}: `);
    expect(output).not.toContain('much-too-short');
  });

  it('does not start without a key that stored tokens need, and says for how many, and no key', async () => {
    const [kept, lost] = ['kept', 'lost'].map((kid) => `${kid}:${randomBytes(32).toString('base64')}`);
    const database = { engine: 'sqlite' as const, path: join(folder, 'sealed.sqlite') };
    await addSealedTokens(database, `${lost}`, 2);
    await addSealedTokens(database, `${kept}`, 1);
    const environment = { DATABASE_URL: `sqlite:${database.path}`, LOCAL_JWT_SECRET: SECRET };
    const { code, output } = await start({ ...environment, TOKEN_ENCRYPTION_KEYS: `${kept}` }).ended;
    expect(code).toBe(78);
    expect(output).toMatch(/^ {2}TOKEN_ENCRYPTION_KEYS: .*"lost" \(2 sessions\)/m);
    expect(output).not.toContain('ready at');
    for (const key of [kept, lost]) expect(output).not.toContain(key?.split(':')[1]);

    const { ready } = start({ ...environment, TOKEN_ENCRYPTION_KEYS: `${kept},${lost}` });
    expect((await fetch(`${await ready}/health/ready`)).status).toBe(200);
  });

  it('names everything that production refuses at once and exits 78, without a value', async () => {
    const zeros = Buffer.alloc(32).toString('base64');
    const unsafe = {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      LOCAL_JWT_SECRET: 'y'.repeat(32),
      TOKEN_ENCRYPTION_KEYS: `k1:${zeros}`,
      AUDIT_KEYS: `a1:${zeros}`,
      TRUST_PROXY: '0.0.0.0/0',
      DATABASE_URL: 'mysql://app:a-database-password@db.example.org/app',
      METRICS_TOKEN_FILE: join(folder, 'no-such-token'),
    };
    const { code, output } = await start({
      ...unsafe,
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example.org',
    }).ended;
    expect(code).toBe(78);
    for (const name of Object.keys(unsafe)) expect(output).toContain(`\n  ${name}: `);
    expect(output).not.toMatch(new RegExp(`y{32}|${zeros}|a-database-password|no-such-token`));
  });

  it('says at each start that its database is reached in clear where that was allowed', async () => {
    const database = await mysqlEngine.createDatabase();
    const production = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example.org',
      // Another name of this machine that is not taken for one.
      DATABASE_URL: database.url.replace('127.0.0.1', '127.1'),
      DATABASE_MIGRATE: 'true',
      LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
      AUDIT_KEYS: `a:${randomBytes(32).toString('base64')}`,
    };
    expect(await start(production).ended).toMatchObject({
      code: 78,
      output: expect.stringContaining('  DATABASE_URL: '),
    });
    const { child, ready, ended } = start({ ...production, DATABASE_ALLOW_PLAINTEXT: 'true' });
    await ready;
    child.kill('SIGTERM');
    expect((await ended).output.match(/"level":40.*DATABASE_ALLOW_PLAINTEXT/g)).toHaveLength(1);
    await database.drop();
  });

  it('keeps its keys out of a diagnostic report, and those from files out of its environment too', async () => {
    const key = randomBytes(32).toString('base64');
    writeFileSync(join(folder, 'jwt-secret'), `${SECRET}\n`, { mode: 0o600 });
    const { child, ready } = start({
      DATABASE_MIGRATE: 'true',
      LOCAL_JWT_SECRET_FILE: 'jwt-secret',
      TOKEN_ENCRYPTION_KEYS: `k:${key}`,
      NODE_OPTIONS: '--report-on-signal --report-signal=SIGUSR2 --report-filename=report.json',
    });
    await ready;
    child.kill('SIGUSR2');
    const report = await written(join(folder, 'report.json'));
    expect(report).toContain('javascriptStack');
    for (const secret of [key, SECRET]) expect(report).not.toContain(secret);
    expect(readFileSync(`/proc/${child.pid}/environ`, 'utf8')).not.toContain(SECRET);
  });

  it.each([
    [
      'plain http towards the provider',
      'EXTERNAL_AUTH_API_URL',
      { EXTERNAL_AUTH_API_URL: 'http://auth.example.org' },
    ],
    ['a portal on plain http', 'PUBLIC_URL', { PUBLIC_URL: 'http://portal.example.org' }],
    [
      'the stand-in',
      'EXTERNAL_AUTH_TENANT_ID',
      {
        NODE_ENV: 'production',
        PUBLIC_URL: 'https://portal.example.org',
        EXTERNAL_AUTH_TENANT_ID: STAND_IN_TENANT_ID,
      },
    ],
  ] as [string, string, Record<string, string>][])('refuses %s', async (_what, name, environment) => {
    const { ended } = start({
      LOCAL_JWT_SECRET: SECRET,
      TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
      ...environment,
    });
    const { code, output } = await ended;
    expect(code).toBe(78);
    expect(output).toContain(`${name}: `);
  });

  it('names a taken port and the setting that changes it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await start({ PORT: String(port) }).ended;
    other.close();
    expect(code).toBe(1);
    expect(output).toContain(
      `Port ${port} on 127.0.0.1 is taken. Stop what listens there, or set PORT to another one.`,
    );
  });

  it('says in one sentence that its database cannot be reached', async () => {
    const { code, output } = await start({ DATABASE_URL: 'mysql://root:a-database-password@127.0.0.1:9/app' })
      .ended;
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toMatch(/cannot reach its database.*ECONNREFUSED/);
    expect(output).not.toContain('a-database-password');
  });
});

async function addSealedTokens(
  connection: DatabaseSettings['connection'],
  key: string,
  count: number,
): Promise<void> {
  const dataSource = await openDataSource(connection);
  const vault = new TokenVault(
    new SettingsService(loadSettings({ LOCAL_JWT_SECRET: SECRET, TOKEN_ENCRYPTION_KEYS: key })),
  );
  try {
    await new Migrator(dataSource).migrate();
    for (let session = 0; session < count; session++) {
      const owner = { userId: 1, sessionId: randomUUID() };
      await dataSource.query(
        `INSERT INTO cutover_provider_tokens (session_id, access_token, obtained_at, access_token_expires_at, version) VALUES (?, ?, 0, 0, 1)`,
        [owner.sessionId, vault.seal('an access token', 'access', owner)],
      );
    }
  } finally {
    await dataSource.destroy();
  }
}

/** The text of a JSON file, once all of it is there. */
async function written(file: string): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (isJson(text)) return text;
    await delay(20);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
