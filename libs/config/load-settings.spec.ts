import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from './load-settings';
import { EXTERNAL, faultsOf as faultsIn, SECRETS } from './testing/environments';

const faultsOf = (variables: Record<string, string>) => faultsIn({ ...SECRETS, ...variables });

describe('settings', () => {
  it('run with nothing set but secrets: embedded database, everybody local', () => {
    expect(loadSettings(SECRETS)).toMatchObject({
      useExternalAuth: false,
      externalAuth: null,
      database: { connection: { engine: 'sqlite', path: 'data/cutover.sqlite' } },
      http: { host: '127.0.0.1', port: 3000, publicUrl: 'http://localhost:3000' },
      session: { idleTimeout: 1800, absoluteTimeout: 43_200, replayGrace: 10, tokenRefreshBuffer: 300 },
    });
  });

  it('treat an empty value as not set', () => {
    expect(loadSettings({ ...SECRETS, PORT: '', USE_EXTERNAL_AUTH: '' }).http.port).toBe(3000);
  });

  it('put the endpoints behind the URL of the API, whatever slashes it ends in', () => {
    expect(
      loadSettings({ ...SECRETS, ...EXTERNAL, EXTERNAL_AUTH_ENDPOINT: '/v2/sign-in' }).externalAuth,
    ).toMatchObject({
      urls: {
        login: 'https://auth.example.org/v2/sign-in',
        refresh: 'https://auth.example.org/api/auth/refresh',
      },
      issuers: ['https://sts.example.org/v1/', 'https://sts.example.org/v2.0'],
      timeout: 5000,
      circuit: { failures: 5, reset: 10 },
    });
  });

  it.each([
    'EXTERNAL_AUTH_API_URL',
    'EXTERNAL_AUTH_JWKS_URL',
    'EXTERNAL_AUTH_TENANT_ID',
    'EXTERNAL_AUTH_ISSUER',
    'EXTERNAL_AUTH_AUDIENCE',
  ])('send no password anywhere without %s', (name) => {
    expect(faultsOf({ ...EXTERNAL, [name]: '' })).toEqual([name]);
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '3e3'],
    ['EXTERNAL_AUTH_CIRCUIT_FAILURES', '0'],
    ['EXTERNAL_AUTH_CIRCUIT_RESET', '1.5'],
    ['PUBLIC_URL', 'http://portal.example.org'],
    ['PUBLIC_URL', 'https://portal.example.org/sub'],
    ['PUBLIC_URL', 'portal.example.org'],
    ['EXTERNAL_AUTH_API_URL', 'http://auth.example.org'],
    ['EXTERNAL_AUTH_API_URL', 'https://user:word@auth.example.org'],
    ['EXTERNAL_AUTH_API_URL', 'https://auth.example.org/?tenant=1'],
    ['EXTERNAL_AUTH_API_URL', 'https://auth.example.org '],
    ['PUBLIC_URL', 'https://user:word@portal.example.org'],
    ['EXTERNAL_AUTH_TOKEN_URL', 'https://user:word@login.example.org/token'],
    ['EXTERNAL_AUTH_JWKS_URL', 'http://127.0.0.1.example.org/keys'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:word@collector'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a key'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x=%E2%80%99'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x=%'],
    ['EXTERNAL_AUTH_ENDPOINT', '//evil.example.org/login'],
    ['EXTERNAL_AUTH_TENANT_ID', 'common'],
    ['USE_EXTERNAL_AUTH', 'yes'],
    ['DATABASE_URL', 'postgres://localhost/users'],
    ['DATABASE_URL', 'mysql://localhost'],
    ['DATABASE_URL', 'mysql://app:100%@localhost/users'],
    ['DATABASE_URL', 'mysql://app@db/users?ssl=true&ssl-ca=/nowhere/ca.pem'],
    ['LOCAL_JWT_SECRET', 'short'],
    ['TOKEN_ENCRYPTION_KEYS', 'k1:c2hvcnQ='],
    ['TOKEN_ENCRYPTION_KEYS', `${SECRETS.TOKEN_ENCRYPTION_KEYS},${SECRETS.TOKEN_ENCRYPTION_KEYS}`],
    ['AUDIT_KEYS', 'a1:c2hvcnQ='],
    ['BACKUP_KEY', 'c2hvcnQ='],
    ['BACKUP_KEY', 'a passphrase'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', 'everybody'],
    ['LOG_LEVEL', 'loud'],
    ['METRICS_TOKEN', 'short'],
    ['SESSION_IDLE_TIMEOUT', '99999'],
  ])('refuse %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([name]);
  });

  it.each(['base64', 'hex'] as const)('take the key of backups in %s', (encoding) => {
    const key = Buffer.alloc(32, 7);
    expect(loadSettings({ ...SECRETS, BACKUP_KEY: key.toString(encoding) }).secrets.backupKey).toEqual(key);
    expect(loadSettings(SECRETS).secrets.backupKey).toBeNull();
  });

  it('trace to a collector where one is set, and carry its key by https only', () => {
    expect(loadSettings(SECRETS).tracing).toBeNull();
    const set = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
    expect(loadSettings({ ...SECRETS, ...set }).tracing).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      serviceName: 'cutover',
    });
    const key = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b, y=2' };
    expect(faultsOf({ ...set, ...key })).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT']);
    const secure = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example.org' };
    expect(loadSettings({ ...SECRETS, ...secure, ...key }).tracing?.headers).toEqual({
      'x-key': 'a b',
      y: '2',
    });
  });

  it('allow plain http to this machine, for development', () => {
    expect(
      faultsOf({
        ...EXTERNAL,
        EXTERNAL_AUTH_API_URL: 'http://127.0.0.1:4010',
        EXTERNAL_AUTH_JWKS_URL: 'http://[::1]:4010/keys',
      }),
    ).toEqual([]);
  });

  it('name every fault at once and never a value', () => {
    const wrong = { ...SECRETS, PORT: 'eighty', LOCAL_JWT_SECRET: 'too-short-secret', PUBLIC_URL: 'nowhere' };
    expect(() => loadSettings(wrong)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/PORT: .*\n.*PUBLIC_URL: .*\n.*LOCAL_JWT_SECRET: /),
      }),
    );
    expect(() => loadSettings(wrong)).not.toThrow(/eighty|too-short-secret|nowhere/);
  });

  it('name what contradicts itself beside what cannot be read', () => {
    expect(faultsOf({ ...EXTERNAL, LOG_LEVEL: 'loud', EXTERNAL_AUTH_ISSUER: '' })).toEqual([
      'LOG_LEVEL',
      'EXTERNAL_AUTH_ISSUER',
    ]);
  });

  describe('for development', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-secrets-'));
    const secretsFile = join(folder, 'deep/secrets.env');
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    it('make secrets once, keep them for the owner only, and use them again', () => {
      const first = loadSettings({}, { secretsFile });
      expect(loadSettings({}, { secretsFile }).secrets).toEqual(first.secrets);
      expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
    });

    it('let a set secret win over a kept one', () => {
      const { LOCAL_JWT_SECRET } = SECRETS;
      const { secrets } = loadSettings({ LOCAL_JWT_SECRET }, { secretsFile });
      expect(secrets.localJwtSecrets).toEqual([LOCAL_JWT_SECRET]);
      expect(secrets).toMatchObject({ keptIn: secretsFile, tokenEncryptionKeys: [{ kid: 'dev' }] });
    });

    it('add the key of backups to a file that was made without it', () => {
      const old = join(folder, 'old.env');
      const without = Object.entries(SECRETS).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(old, without.join(''));
      const { backupKey } = loadSettings({}, { secretsFile: old }).secrets;
      expect(backupKey).toHaveLength(32);
      expect(loadSettings({}, { secretsFile: old }).secrets.backupKey).toEqual(backupKey);
    });

    it('keep them beside the embedded database', () => {
      const { secrets } = loadSettings({ DATABASE_URL: `sqlite:${folder}/people.sqlite` });
      expect(secrets.keptIn).toBe(join(folder, 'secrets.env'));
    });
  });
});
