import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { loadSettings } from './load-settings';
import { faultsOf, messagesOf, newKey, PRODUCTION } from './testing/environments';

const KEY = newKey();
const hex = (key: string) => Buffer.from(key, 'base64').toString('hex');
const with_ = (variables: Record<string, string>) => ({ ...PRODUCTION, ...variables });

describe('production', () => {
  it('starts with complete settings, and has nothing to say about them', () => {
    expect(loadSettings(PRODUCTION)).toMatchObject({ nodeEnv: 'production', cautions: [] });
  });

  it.each(['PUBLIC_URL', 'LOCAL_JWT_SECRET', 'TOKEN_ENCRYPTION_KEYS', 'AUDIT_KEYS'])('needs %s', (name) => {
    expect(faultsOf(with_({ [name]: '' }))).toEqual([name]);
  });

  it.each([
    ['PUBLIC_URL', 'http://localhost:3000'],
    ['EXTERNAL_AUTH_API_URL', 'http://127.0.0.1:4010'],
    ['EXTERNAL_AUTH_JWKS_URL', 'http://localhost:4010/keys'],
    ['EXTERNAL_AUTH_TENANT_ID', STAND_IN_TENANT_ID],
  ])('refuses what a machine for trying out may have: %s=%s', (name, value) => {
    expect(faultsOf(with_({ [name]: value }))).toEqual([name]);
  });

  it.each([
    ['LOCAL_JWT_SECRET', 'x'.repeat(32)],
    ['LOCAL_JWT_SECRET', `${newKey()},change-me-change-me-change-me-change-me`],
    ['TOKEN_ENCRYPTION_KEYS', `k1:${Buffer.alloc(32).toString('base64')}`],
    ['TOKEN_ENCRYPTION_KEYS', `k1:${newKey()},k0:${Buffer.alloc(32, 7).toString('base64')}`],
    ['AUDIT_KEYS', `a1:${Buffer.from([...Array(32).keys()]).toString('base64')}`],
    ['BACKUP_KEY', '0123456789abcdef'.repeat(4)],
    ['METRICS_TOKEN', 'metrics-token-metrics'],
  ])('refuses a secret that can be guessed in %s, at every place of its list', (name, value) => {
    expect(faultsOf(with_({ [name]: value }))).toEqual([name]);
  });

  it.each([
    ['BACKUP_KEY', { TOKEN_ENCRYPTION_KEYS: `k1:${KEY}`, BACKUP_KEY: KEY }],
    ['BACKUP_KEY', { AUDIT_KEYS: `a2:${newKey()},a1:${KEY}`, BACKUP_KEY: hex(KEY) }],
    ['AUDIT_KEYS', { TOKEN_ENCRYPTION_KEYS: `k1:${newKey()},k0:${KEY}`, AUDIT_KEYS: `k0:${KEY}` }],
    ['TOKEN_ENCRYPTION_KEYS', { LOCAL_JWT_SECRET: KEY, TOKEN_ENCRYPTION_KEYS: `k1:${KEY}` }],
    [
      'TOKEN_ENCRYPTION_KEYS',
      { LOCAL_JWT_SECRET: hex(KEY).toUpperCase(), TOKEN_ENCRYPTION_KEYS: `k1:${KEY}` },
    ],
    ['AUDIT_KEYS', { LOCAL_JWT_SECRET: `${newKey()},k:${KEY}`, AUDIT_KEYS: `k:${KEY}` }],
    ['METRICS_TOKEN', { LOCAL_JWT_SECRET: KEY, METRICS_TOKEN: KEY }],
    ['EXTERNAL_AUTH_CLIENT_SECRET', { METRICS_TOKEN: KEY, EXTERNAL_AUTH_CLIENT_SECRET: KEY }],
    [
      'METRICS_TOKEN',
      { DATABASE_URL: `mysql://app:${encodeURIComponent(KEY)}@localhost/people`, METRICS_TOKEN: KEY },
    ],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      { METRICS_TOKEN: hex(KEY), OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${hex(KEY)}` },
    ],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      {
        METRICS_TOKEN: hex(KEY),
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Basic%20${Buffer.from(`cutover:${hex(KEY)}`).toString('base64')}`,
      },
    ],
    ['LOCAL_JWT_SECRET', { LOCAL_JWT_SECRET: `${KEY},${newKey()},${KEY}` }],
    ['AUDIT_KEYS', { AUDIT_KEYS: `a1:${KEY},a2:${KEY}` }],
    ['AUDIT_KEYS', { AUDIT_KEYS: `a1:${KEY},a1:${newKey()}` }],
  ] as [string, Record<string, string>][])(
    'refuses one key for two purposes, or twice: %s (%#)',
    (name, variables) => {
      expect(faultsOf(with_(variables))).toEqual([name]);
      expect(JSON.stringify(messagesOf(with_(variables)))).not.toContain(KEY);
    },
  );

  it.each([
    '0.0.0.0/0',
    '::/0',
    '0.0.0.0/1,128.0.0.0/1',
    '10.0.0.0/7',
    '203.0.113.0/11',
    '::ffff:0.0.0.0/96',
    '::ffff:0:0/97,::ffff:128.0.0.0/97',
    '::/16',
    '2000::/3',
    'fc00::/6',
    [...Array(8).keys()].map((at) => `${at * 16}.0.0.0/12`).join(),
  ])('refuses to believe everybody about addresses: TRUST_PROXY=%s', (value) => {
    expect(faultsOf(with_({ TRUST_PROXY: value }))).toEqual(['TRUST_PROXY']);
  });

  it.each([
    '10.0.0.0/8,127.0.0.1,192.168.7.9',
    'fd00::/8,::1',
    '104.16.0.0/13,2400:cb00::/32',
    '::ffff:10.1.2.3',
  ])('believes proxies that are somebody: TRUST_PROXY=%s', (value) => {
    expect(faultsOf(with_({ TRUST_PROXY: value }))).toEqual([]);
  });

  it('sends no password to a database on another host in clear, unless somebody takes that upon them', () => {
    const url = 'mysql://app:Xk93-hQ@db.example.org/people';
    expect(faultsOf(with_({ DATABASE_URL: url }))).toEqual(['DATABASE_URL']);
    expect(faultsOf(with_({ DATABASE_URL: `${url}?ssl=false` }))).toEqual(['DATABASE_URL']);
    expect(faultsOf(with_({ DATABASE_URL: `${url}?ssl=true` }))).toEqual([]);
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(faultsOf(with_({ DATABASE_URL: `mysql://app:Xk93-hQ@${host}/people` }))).toEqual([]);
    for (const host of ['127.0.0.1.example.org', 'localhost.example.org', '[::ffff:192.0.2.1]'])
      expect(faultsOf(with_({ DATABASE_URL: `mysql://app:Xk93-hQ@${host}/people` }))).toEqual([
        'DATABASE_URL',
      ]);
    const { cautions } = loadSettings(with_({ DATABASE_URL: url, DATABASE_ALLOW_PLAINTEXT: 'true' }));
    expect(cautions.map(({ name }) => name)).toEqual(['DATABASE_ALLOW_PLAINTEXT']);
  });

  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['SSLKEYLOGFILE', '/tmp/keys.log'],
    ['NODE_EXTRA_CA_CERTS', '/nowhere/ca.pem'],
    ['NODE_EXTRA_CA_CERTS', __filename],
    ['NODE_OPTIONS', '--max-old-space-size=400 --inspect=0.0.0.0:9229'],
    ['NODE_OPTIONS', '--inspect_brk'],
    ['NODE_OPTIONS', '"--tls-keylog=keys.log"'],
    ['NODE_OPTIONS', '--tls-min-v1.0'],
    ['NODE_OPTIONS', '--heapsnapshot-signal=SIGUSR2'],
  ])('refuses a runtime that undoes what the settings promise: %s=%s', (name, value) => {
    expect(faultsOf(with_({ [name]: value }))).toEqual([name]);
  });

  it('refuses such an option of the command line, and takes the harmless', () => {
    const start = (commandLine: string) => () => loadSettings(PRODUCTION, { commandLine });
    expect(start('--inspect')).toThrow('the command line of Node.js: ');
    expect(start('--enable-source-maps --tls-min-v1.3')).not.toThrow();
  });

  it('refuses a file of settings that everybody can read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-local-'));
    const localFile = join(folder, '.env.local');
    try {
      writeFileSync(localFile, '');
      chmodSync(localFile, 0o644);
      expect(() => loadSettings(PRODUCTION, { localFile })).toThrow('chmod 600');
      chmodSync(localFile, 0o640);
      expect(() => loadSettings(PRODUCTION, { localFile })).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names everything at once', () => {
    const wrong = {
      PORT: 'eighty',
      LOCAL_JWT_SECRET: 'x'.repeat(32),
      TRUST_PROXY: '::/0',
      SSLKEYLOGFILE: 'keys.log',
    };
    expect(faultsOf(with_(wrong)).sort()).toEqual(Object.keys(wrong).sort());
  });

  it('is what a developer is told about, whose start goes on', () => {
    const unsafe = {
      LOCAL_JWT_SECRET: 'x'.repeat(32),
      TRUST_PROXY: '0.0.0.0/0',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    };
    const { cautions } = loadSettings(with_({ ...unsafe, NODE_ENV: 'development' }));
    expect(cautions.map(({ name }) => name).sort()).toEqual(Object.keys(unsafe).sort());
  });
});
