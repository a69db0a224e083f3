import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { MetricsModule } from '@cutover/operations';
import { Test } from '@nestjs/testing';
import { generate } from 'selfsigned';
import { answerWith } from '../testing/answering-server';
import { type Environment, standInEnvironment } from '../testing/stand-in-environment';
import { startStandIn, type StandInProcess } from '../testing/stand-in-process';
import { ApiCheck, type CheckReport } from './api-check';
import { ApiCheckModule } from './api-check.module';

const PASSWORD = 'Nanosecond-Wire-1952';
const SECRETS = {
  LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
  TOKEN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
};

/** Runs the check; no report ever holds a password or a token. */
async function checked(environment: Environment, password = PASSWORD): Promise<CheckReport> {
  const module = await Test.createTestingModule({
    imports: [
      ConfigurationModule.forRoot(loadSettings({ ...SECRETS, ...environment })),
      MetricsModule,
      ApiCheckModule,
    ],
  }).compile();
  module.enableShutdownHooks([]);
  await module.init();
  try {
    const report = await module.get(ApiCheck, { strict: false }).run({ username: 'grace', password });
    expect(JSON.stringify(report)).not.toContain(password);
    expect(JSON.stringify(report)).not.toMatch(/eyJ[\w-]{10}/);
    return report;
  } finally {
    await module.close();
  }
}

const outcomes = ({ steps }: CheckReport) =>
  Object.fromEntries(steps.map(({ step, outcome }) => [step, outcome]));
const step = ({ steps }: CheckReport, name: string) => steps.find((one) => one.step === name);
const origins = ({ steps }: CheckReport, name: string) =>
  Object.fromEntries(
    (steps.find((one) => one.step === name)?.fields ?? []).map(({ field, from }) => [field, from]),
  );

const ALL = [
  'connection',
  'reachable',
  'keys',
  'sign_in',
  'shape',
  'tokens',
  'user_info',
  'refresh',
  'logout',
];

describe('the check of a deployment', () => {
  let standIn: StandInProcess;
  beforeAll(async () => {
    standIn = await startStandIn();
  });
  afterEach(() => standIn.control.reset());
  afterAll(async () => {
    await standIn.stop();
  });
  const shaped = async (shape: object, overrides: Environment = {}) => {
    await standIn.control.setFaults({ shape });
    return checked(standIn.settings(overrides));
  };

  it('goes through every step of one that works, and leaves no grant behind', async () => {
    const report = await checked(standIn.settings());
    expect(report).toMatchObject({ api: standIn.url, username: 'grace@contoso.example', outcome: 'ok' });
    expect(report.steps.map(({ step: name }) => name)).toEqual(ALL);
    expect(new Set(Object.values(outcomes(report)))).toEqual(new Set(['ok']));
    expect(report.steps.filter(({ advice }) => advice !== null)).toEqual([]);
    expect(step(report, 'shape')?.found).toBe('snake_case, flat; lifetime stated as a number');
    expect(step(report, 'refresh')?.found).toContain('is replaced each time');
    expect(step(report, 'logout')?.found).toBe('done; the refresh token is dead');
    expect((await standIn.control.state()).calls.login).toBe(1);
  });

  it.each([
    [{ naming: 'snake_case', nesting: 'flat' }, 'access_token', 'user.id'],
    [{ naming: 'camelCase', nesting: 'flat' }, 'accessToken', 'user.id'],
    [{ naming: 'camelCase', nesting: 'data', extraField: true }, 'data.accessToken', 'data.user.id'],
  ] as const)('says which fields come from where: %j', async (shape, accessToken, objectId) => {
    const report = await shaped(shape);
    expect(report.outcome).toBe('ok');
    expect(origins(report, 'shape')).toMatchObject({ accessToken, 'user.objectId': objectId });
    expect(step(report, 'shape')?.found).toContain(shape.naming);
    expect(step(report, 'shape')?.found.includes('not read')).toBe('extraField' in shape);
  });

  it('says what is not there, and whether that matters', async () => {
    const report = await shaped({ user: false, refreshToken: false, expiresIn: 'absent' });
    expect(report.outcome).toBe('ok');
    expect(origins(report, 'shape')).toMatchObject({ refreshToken: null, 'user.objectId': null });
    expect(outcomes(report)).toMatchObject({ tokens: 'ok', refresh: 'skipped', logout: 'skipped' });
    expect(step(report, 'refresh')?.advice).toContain('offline_access');
  });

  it('asks the API about tokens where that is the setting, both ways round', async () => {
    const introspect = { EXTERNAL_AUTH_TOKEN_VALIDATION: 'introspect', EXTERNAL_AUTH_JWKS_URL: undefined };
    const report = await shaped({}, introspect);
    expect(report.outcome).toBe('ok');
    expect(outcomes(report)).toMatchObject({ keys: 'skipped', tokens: 'ok' });
    expect(step(report, 'tokens')?.found).toContain('a spoilt one not');
  });

  it.each([
    ['another audience', { audience: 'other' }, /the token says iss http.*aud /, /EXTERNAL_AUTH_AUDIENCE/],
    ['another tenant', { tenant: 'other' }, /access token not accepted/, /EXTERNAL_AUTH_ISSUER/],
    ['opaque tokens', { accessToken: 'opaque' }, /access token not accepted/, /EXTERNAL_AUTH_BEARER=session/],
  ] as const)('says of %s which setting is about it', async (_what, shape, found, advice) => {
    const report = await shaped(shape);
    expect(report.outcome).toBe('failed');
    expect(step(report, 'tokens')).toMatchObject({ outcome: 'failed', code: 'external_misconfigured' });
    expect(step(report, 'tokens')?.found).toMatch(found);
    expect(step(report, 'tokens')?.advice).toMatch(advice);
    expect(step(report, 'logout')?.outcome).toBe('ok');
  });

  it.each([
    ['html', 'no JSON object (text/html)', /A page answered/],
    ['redirect', 'redirect', /leads elsewhere/],
    ['empty', 'empty body', /not what the contract says/],
    ['cut', 'no JSON object (application/json)', /not what the contract says/],
    ['truncated', 'body truncated', /not what the contract says/],
    ['oversized', 'body too large', /not what the contract says/],
  ] as const)('stops at a login that answers with %s', async (body, found, advice) => {
    const report = await shaped({ body });
    expect(report.outcome).toBe('failed');
    expect(step(report, 'sign_in')).toMatchObject({ outcome: 'failed', code: 'external_misconfigured' });
    expect(step(report, 'sign_in')?.found).toContain(found);
    expect(step(report, 'sign_in')?.advice).toMatch(advice);
    expect(outcomes(report)).toMatchObject({ shape: 'skipped', tokens: 'skipped', refresh: 'skipped' });
  });

  it.each([
    [50126, 'invalid_credentials', /counted as a failed attempt/],
    [50076, 'mfa_required', /second factor/],
    [50053, 'account_locked', /Wait/],
  ])('takes AADSTS%i for a refusal of the account and no fault', async (number, code, advice) => {
    await standIn.control.setFaults({ refusals: { grace: number } });
    const report = await checked(standIn.settings());
    expect(report.outcome).toBe('refused');
    expect(step(report, 'sign_in')).toMatchObject({ outcome: 'failed', code });
    expect(step(report, 'sign_in')?.advice).toMatch(advice);
  });

  it('tells a fault of the registration from one of the account', async () => {
    await standIn.control.setFaults({ refusals: { grace: 700011 } });
    const report = await checked(standIn.settings());
    expect(report.outcome).toBe('failed');
    expect(step(report, 'sign_in')?.advice).toContain('AADSTS700011');
  });

  it.each([
    ['slow', { latency: 2000 }, { EXTERNAL_AUTH_TIMEOUT: '300' }, 'timeout', /raise it/],
    ['throttled', { errorRate: 1, errorStatus: 429 }, {}, 'http 429', /wait/],
    ['broken', { errorRate: 1, errorStatus: 500 }, {}, 'http 500', /ask whoever runs it/],
    ['cut off', { outage: true }, {}, 'ECONNRESET', /in between/],
  ] as const)(
    'goes on with the other steps where one is %s',
    async (_what, faults, settings, found, advice) => {
      await standIn.control.setFaults({ ...faults, operations: ['refresh'] });
      const report = await checked(standIn.settings(settings));
      expect(report.outcome).toBe('failed');
      expect(step(report, 'refresh')?.found).toContain(found);
      expect(step(report, 'refresh')?.advice).toMatch(advice);
      expect(outcomes(report)).toMatchObject({ sign_in: 'ok', tokens: 'ok', user_info: 'ok' });
    },
  );

  it('says where keys cannot be had, and does without user info where the login says enough', async () => {
    await standIn.control.setFaults({ errorRate: 1, errorStatus: 404, operations: ['jwks', 'userInfo'] });
    const report = await checked(standIn.settings());
    expect(outcomes(report)).toMatchObject({ keys: 'failed', tokens: 'failed', user_info: 'failed' });
    expect(step(report, 'keys')?.advice).toContain('endpoint setting');
    await standIn.control.setFaults({ errorRate: 1, errorStatus: 404, operations: ['userInfo'] });
    const better = await checked(standIn.settings());
    expect(better.outcome).toBe('ok');
    expect(step(better, 'user_info')?.found).toContain('not needed');
  });
});

describe('the check of an address', () => {
  it('sends no password where nobody answers', async () => {
    const server = await answerWith((request) => request.socket.destroy());
    const report = await checked(standInEnvironment(server.url));
    expect(outcomes(report)).toMatchObject({ reachable: 'failed', sign_in: 'skipped' });
    expect(server.requests.filter((path) => path.includes('login'))).toEqual([]);
    await server.close();
    const gone = await checked(standInEnvironment(server.url));
    expect(step(gone, 'reachable')?.advice).toContain('Nobody listens there');
  });

  it('finds a website that answers everything with a page', async () => {
    const server = await answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>');
    });
    const report = await checked(standInEnvironment(server.url));
    await server.close();
    expect(report.outcome).toBe('failed');
    expect(step(report, 'reachable')?.advice).toContain('A page answers');
    expect(step(report, 'sign_in')?.advice).toContain('A page answered and no API');
    expect(JSON.stringify(report)).not.toContain('Welcome');
  });

  it('repeats no secret that an answer puts where a name should be', async () => {
    const server = await answerWith((request, response) => {
      response.writeHead(request.url?.includes('login') ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ [PASSWORD]: PASSWORD, token_type: PASSWORD, access_token: PASSWORD }));
    });
    const report = await checked(standInEnvironment(server.url));
    await server.close();
    expect(step(report, 'shape')?.outcome).toBe('failed');
  });

  it('shows a certificate that cannot be trusted, and sends nothing', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    let requests = 0;
    const server = createServer({ cert, key }, (_request, response) => {
      requests += 1;
      response.end();
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const report = await checked(
      standInEnvironment(`https://localhost:${(server.address() as AddressInfo).port}`),
    );
    server.close();
    expect(step(report, 'connection')?.found).toMatch(
      /TLSv1\.3, certificate of localhost, valid until \d{4}-\d\d-\d\d, not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    );
    expect(step(report, 'connection')?.advice).toContain('NODE_EXTRA_CA_CERTS');
    expect(outcomes(report)).toMatchObject({ reachable: 'skipped', sign_in: 'skipped' });
    expect(requests).toBe(0);
  });
});
