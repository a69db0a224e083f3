import { request } from 'node:http';
import { describeOnEachEngine } from '@cutover/database/testing';
import { type ProblemCode, PROBLEMS } from '@cutover/contracts';
import type { CallOptions } from './testing/client';
import { PUBLIC_URL, TestApi } from './testing/test-api';

const OLGA = { username: 'olga', password: 'Keep-The-Keys-2026', role: 'admin' as const };
const MEGABYTE = 'x'.repeat(1_000_000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ZERO_ID = '/api/admin/users/0';

interface BadRequest {
  what: string;
  request: [method: string, path: string, options?: CallOptions];
  code: ProblemCode;
}

const LOGIN: BadRequest[] = [
  {
    what: 'malformed JSON',
    request: ['POST', '/api/auth/login', { raw: '{"username": ' }],
    code: 'validation_failed',
  },
  { what: 'no body', request: ['POST', '/api/auth/login'], code: 'validation_failed' },
  {
    what: 'an empty JSON body',
    request: ['POST', '/api/auth/login', { raw: '', headers: { 'content-type': 'application/json' } }],
    code: 'validation_failed',
  },
  { what: 'an array', request: ['POST', '/api/auth/login', { body: [] }], code: 'validation_failed' },
  { what: 'null', request: ['POST', '/api/auth/login', { raw: 'null' }], code: 'validation_failed' },
  {
    what: 'wrong types',
    request: ['POST', '/api/auth/login', { body: { username: 1, password: { $ne: '' } } }],
    code: 'validation_failed',
  },
  {
    what: 'a missing field',
    request: ['POST', '/api/auth/login', { body: { username: 'ada' } }],
    code: 'validation_failed',
  },
  {
    what: 'an empty field',
    request: ['POST', '/api/auth/login', { body: { username: '', password: 'x' } }],
    code: 'validation_failed',
  },
  {
    what: 'an unknown field',
    request: ['POST', '/api/auth/login', { body: { username: 'a', password: 'b', admin: true } }],
    code: 'validation_failed',
  },
  {
    what: 'a __proto__ field',
    request: ['POST', '/api/auth/login', { raw: '{"username":"a","password":"b","__proto__":{"x":1}}' }],
    code: 'validation_failed',
  },
  {
    what: 'a NUL byte in the name',
    request: ['POST', '/api/auth/login', { body: { username: 'ad\0a', password: 'b' } }],
    code: 'validation_failed',
  },
  {
    what: 'a NUL byte in the password',
    request: ['POST', '/api/auth/login', { body: { username: 'ada', password: 'b\0' } }],
    code: 'validation_failed',
  },
  {
    what: 'a name longer than any',
    request: ['POST', '/api/auth/login', { body: { username: 'x'.repeat(300), password: 'b' } }],
    code: 'validation_failed',
  },
  {
    what: 'a field of 1 MB',
    request: ['POST', '/api/auth/login', { body: { username: 'ada', password: MEGABYTE } }],
    code: 'payload_too_large',
  },
  {
    what: 'a form',
    request: [
      'POST',
      '/api/auth/login',
      { raw: 'username=a&password=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    code: 'unsupported_media_type',
  },
  {
    what: 'plain text',
    request: [
      'POST',
      '/api/auth/login',
      { raw: '{"username":"a","password":"b"}', headers: { 'content-type': 'text/plain' } },
    ],
    code: 'unsupported_media_type',
  },
];

const COOKIE_ROUTES: BadRequest[] = [
  { what: 'refresh without a cookie', request: ['POST', '/api/auth/refresh'], code: 'not_authenticated' },
  {
    what: 'refresh with a cookie of NULs',
    request: ['POST', '/api/auth/refresh', { headers: { cookie: 'cutover_session=%00%00' } }],
    code: 'token_invalid',
  },
  {
    what: 'refresh with malformed JSON',
    request: ['POST', '/api/auth/refresh', { raw: '{' }],
    code: 'validation_failed',
  },
  {
    what: 'refresh with 1 MB',
    request: ['POST', '/api/auth/refresh', { body: { x: MEGABYTE } }],
    code: 'payload_too_large',
  },
  {
    what: 'logout as XML',
    request: ['POST', '/api/auth/logout', { raw: '<x/>', headers: { 'content-type': 'application/xml' } }],
    code: 'unsupported_media_type',
  },
  { what: 'me without a token', request: ['GET', '/api/auth/me'], code: 'not_authenticated' },
  {
    what: 'me with another scheme',
    request: ['GET', '/api/auth/me', { headers: { authorization: 'Basic YTpi' } }],
    code: 'not_authenticated',
  },
];

const ADDRESSES: BadRequest[] = [
  { what: 'an unknown address', request: ['GET', '/api/nothing-here'], code: 'not_found' },
  { what: 'an unknown file', request: ['GET', '/nothing-here.js'], code: 'not_found' },
  { what: 'a way out of the folder', request: ['GET', '/..%2f..%2fpackage.json'], code: 'not_found' },
  { what: 'a broken escape', request: ['GET', '/api/%E0%A4%A'], code: 'validation_failed' },
  { what: 'GET on login', request: ['GET', '/api/auth/login'], code: 'method_not_allowed' },
  { what: 'DELETE on me', request: ['DELETE', '/api/auth/me'], code: 'method_not_allowed' },
  { what: 'POST on health', request: ['POST', '/health'], code: 'method_not_allowed' },
];

const ADMIN: BadRequest[] = [
  {
    what: 'the rollout without If-Match',
    request: ['PUT', '/api/admin/rollout', { body: { stage: 'off', reason: 'x' } }],
    code: 'version_required',
  },
  {
    what: 'the rollout with a weak tag',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'off', reason: 'x' }, headers: { 'if-match': 'W/"0"' } },
    ],
    code: 'validation_failed',
  },
  {
    what: 'the rollout of an old version',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'off', reason: 'x' }, headers: { 'if-match': '"77"' } },
    ],
    code: 'version_conflict',
  },
  {
    what: 'an unknown stage',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'everyone', reason: 'x' }, headers: { 'if-match': '"0"' } },
    ],
    code: 'validation_failed',
  },
  {
    what: 'a share of nobody',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'percent', percent: 0, reason: 'x' }, headers: { 'if-match': '"0"' } },
    ],
    code: 'validation_failed',
  },
  {
    what: 'a share that nobody named',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'percent', reason: 'x' }, headers: { 'if-match': '"0"' } },
    ],
    code: 'validation_failed',
  },
  {
    what: 'a change without a reason',
    request: ['PUT', '/api/admin/rollout', { body: { stage: 'off' }, headers: { 'if-match': '"0"' } }],
    code: 'validation_failed',
  },
  {
    what: 'an unknown field of the rollout',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'off', reason: 'x', force: true }, headers: { 'if-match': '"0"' } },
    ],
    code: 'validation_failed',
  },
  {
    what: 'a test user nobody knows',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'test-users', testUsers: ['nobody'], reason: 'x' }, headers: { 'if-match': '"0"' } },
    ],
    code: 'validation_failed',
  },
  {
    what: 'a rollout of 1 MB',
    request: [
      'PUT',
      '/api/admin/rollout',
      { body: { stage: 'off', reason: MEGABYTE }, headers: { 'if-match': '"0"' } },
    ],
    code: 'payload_too_large',
  },
  { what: 'a page of -1', request: ['GET', '/api/admin/users?limit=-1'], code: 'validation_failed' },
  { what: 'a page of NaN', request: ['GET', '/api/admin/users?limit=ten'], code: 'validation_failed' },
  {
    what: 'a made-up cursor',
    request: ['GET', '/api/admin/users?cursor=%00%27;DROP'],
    code: 'validation_failed',
  },
  {
    what: 'an unknown query field',
    request: ['GET', '/api/admin/users?all=true'],
    code: 'validation_failed',
  },
  {
    what: 'a user id that is none',
    request: ['PATCH', '/api/admin/users/abc', { body: { active: true } }],
    code: 'validation_failed',
  },
  {
    what: 'a NUL as user id',
    request: ['PATCH', '/api/admin/users/%00', { body: { active: true } }],
    code: 'validation_failed',
  },
  { what: 'user 0', request: ['PATCH', ZERO_ID, { body: { active: true } }], code: 'validation_failed' },
  {
    what: 'a user nobody knows',
    request: ['PATCH', '/api/admin/users/99999999', { body: { active: true } }],
    code: 'not_found',
  },
  {
    what: 'no change at all',
    request: ['PATCH', '/api/admin/users/1', { body: {} }],
    code: 'validation_failed',
  },
  {
    what: 'a pin of another kind',
    request: ['PATCH', '/api/admin/users/1', { body: { pin: 'both' } }],
    code: 'validation_failed',
  },
  {
    what: 'a change of the role',
    request: ['PATCH', '/api/admin/users/1', { body: { role: 'admin' } }],
    code: 'validation_failed',
  },
];

describeOnEachEngine('the HTTP edge', (engine) => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start(await engine.createDatabase());
    await api.addPerson(OLGA);
  });
  afterAll(() => api.stop());

  async function expectProblem(
    { request: [method, path, options], code }: BadRequest,
    client = api.client(),
  ) {
    const answer = await client.call(method, path, options);
    expect(answer).toMatchObject({ status: PROBLEMS[code].status, code });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toEqual({
      type: `/problems/${code}`,
      title: PROBLEMS[code].title,
      status: PROBLEMS[code].status,
      detail: expect.stringMatching(/\S/),
      instance: path.split('?')[0],
      code,
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.text).not.toMatch(/node_modules|\bat .*\.ts|SELECT|INSERT|Exception/);
    return answer;
  }

  describe('answers bad input with a problem document', () => {
    it.each([...LOGIN, ...COOKIE_ROUTES, ...ADDRESSES])('$what: $code', async (bad) => {
      await expectProblem(bad);
    });

    it.each(ADMIN)('for administrators: $what: $code', async (bad) => {
      const olga = api.client();
      await olga.signIn(OLGA.username, OLGA.password);
      await expectProblem(bad, olga);
    });

    it.each(['/', '/api/auth/me', '/nothing'])('gives no TRACE of %s back', async (path) => {
      const { port } = new URL(api.url);
      const { status, body } = await new Promise<{ status?: number; body: string }>((resolve, reject) => {
        const sent = request({
          host: '127.0.0.1',
          port,
          path,
          method: 'TRACE',
          headers: { 'x-probe': 'echoed' },
        });
        sent.once('response', async (answer) => {
          resolve({ status: answer.statusCode, body: Buffer.concat(await answer.toArray()).toString() });
        });
        sent.once('error', reject).end();
      });
      expect([404, 405]).toContain(status);
      expect(body).not.toContain('echoed');
    });

    it('names the methods that an address does know', async () => {
      const answer = await expectProblem({
        what: '',
        request: ['PUT', '/api/auth/me'],
        code: 'method_not_allowed',
      });
      expect(answer.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining(['GET']));
    });
  });

  describe('keeps routes private', () => {
    const OPEN = [
      '/api/auth/trouble',
      '/api/auth/reset',
      '/api/auth/login',
      '/api/auth/login/link',
      '/api/auth/refresh',
      '/api/auth/logout',
      '/health',
      '/health/live',
      '/health/ready',
      '/metrics',
    ];

    it('but for those that say otherwise', async () => {
      const { body } = await api.client().call('GET', '/api/docs-json');
      const routes = Object.entries(body['paths'] as Record<string, Record<string, unknown>>).flatMap(
        ([path, methods]) =>
          Object.keys(methods).map((method) => ({
            method: method.toUpperCase(),
            path: path.replace(/\{\w+\}/g, '1'),
          })),
      );
      expect(routes.length).toBeGreaterThan(8);
      for (const { method, path } of routes.filter(({ path }) => !OPEN.includes(path))) {
        const options = method === 'GET' ? {} : { body: {} };
        expect(await api.client().call(method, path, options)).toMatchObject({
          status: 401,
          code: 'not_authenticated',
        });
        const madeUp = { ...options, headers: { authorization: `Bearer ${encode({})}.${encode({})}.AAAA` } };
        const refused = await api.client().call(method, path, madeUp);
        expect(refused).toMatchObject({ status: 401, code: 'token_invalid' });
        expect(refused.headers.getSetCookie()).toEqual([]);
      }
    });

    it('of which the document lists every one', async () => {
      const { body } = await api.client().call('GET', '/api/docs-json');
      const listed = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
      );
      const routes = api.routes();

      expect(listed.filter((route) => !routes.includes(route))).toEqual([]);
      const others = routes.filter((route) => !listed.includes(route));
      const documentOrPortal = /^GET (\/api\/docs\b.*|\/?\*|\/|\/(media\/)?[\w-]+\.\w+)$/;
      expect(others.filter((route) => !documentOrPortal.test(route))).toEqual([]);
    });

    it('from people without the role', async () => {
      await api.addPerson({ username: 'ada', password: 'Analytical-Engine-1843' });
      const ada = api.client();
      await ada.signIn('ada', 'Analytical-Engine-1843');
      for (const [method, path] of [
        ['GET', '/api/admin/rollout'],
        ['PUT', '/api/admin/rollout'],
        ['GET', '/api/admin/users'],
        ['PATCH', '/api/admin/users/1'],
        ['GET', '/api/admin/readiness'],
      ] as const) {
        expect(await ada.call(method, path, method === 'GET' ? {} : { body: {} })).toMatchObject({
          status: 403,
          code: 'forbidden',
        });
      }
    });
  });

  describe('refuses other sites', () => {
    /** Every one under which a page could act for somebody. */
    const routes = () => api.routes().flatMap((route) => /^POST (\/api\/auth\/\S+)$/.exec(route)?.[1] ?? []);

    it.each([
      ['a foreign origin', { origin: 'https://evil.example' }],
      ['an opaque origin', { origin: 'null' }],
      ['the same host on another port', { origin: 'http://localhost:3001' }],
      ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
      ['a sibling subdomain', { 'sec-fetch-site': 'same-site', origin: PUBLIC_URL }],
    ] as [string, Record<string, string>][])('%s', async (_case, headers) => {
      expect(routes()).toEqual(
        expect.arrayContaining(['login', 'refresh', 'logout', 'reset'].map((name) => `/api/auth/${name}`)),
      );
      // Whoever is signed in is refused too: a route that wants a bearer says so before it looks at the site.
      const olga = api.client();
      await olga.signIn(OLGA.username, OLGA.password);
      for (const path of routes()) {
        expect(
          await olga.call('POST', path, { headers, ...(path.endsWith('login') && { body: OLGA }) }),
        ).toMatchObject({ status: 403, code: 'forbidden' });
      }
    });

    it.each([
      ['the portal itself', { origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' }],
      ['a typed address', { 'sec-fetch-site': 'none' }],
      ['no browser', {}],
    ] as [string, Record<string, string>][])('but not %s', async (_case, headers) => {
      const { username, password } = OLGA;
      expect(
        (await api.client().call('POST', '/api/auth/login', { headers, body: { username, password } }))
          .status,
      ).toBe(200);
    });

    it('and sends no CORS headers', async () => {
      const answer = await api.client().call('OPTIONS', '/api/auth/login', {
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });

  describe('sends security headers', () => {
    it('with every answer', async () => {
      const malformed = ['/%zz', `/api/${'x'.repeat(300)}%`];
      for (const path of ['/', '/api/auth/me', '/api/docs-json', '/health', '/nothing', ...malformed]) {
        const { headers } = await api.client().call('GET', path);
        expect(headers.get('permissions-policy')).toMatch(/camera=\(\).*geolocation=\(\).*microphone=\(\)/);
        expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
        expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
        expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
        expect(headers.get('content-security-policy')).not.toMatch(/unsafe-(inline|eval)/);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('referrer-policy')).toBe('same-origin');
        expect(headers.get('x-powered-by')).toBeNull();
        expect(headers.get('strict-transport-security')).toBeNull();
      }
    });

    it('and forbids storing what concerns a person', async () => {
      for (const [method, path] of [
        ['POST', '/api/auth/login'],
        ['POST', '/api/auth/refresh'],
        ['POST', '/api/auth/logout'],
        ['GET', '/api/auth/me'],
      ] as const) {
        expect((await api.client().call(method, path)).headers.get('cache-control')).toBe('no-store');
      }
      const { username, password } = OLGA;
      expect((await api.client().signIn(username, password)).headers.get('cache-control')).toBe('no-store');
    });

    it('keeps a caller’s request id unless it could forge a log line', async () => {
      const id = 'caller-id-12345';
      expect(
        (await api.client().call('GET', '/api/auth/me', { headers: { 'x-request-id': id } })).body[
          'requestId'
        ],
      ).toBe(id);
      expect(
        (await api.client().call('GET', '/api/auth/me', { headers: { 'x-request-id': '{"level":60}' } }))
          .body['requestId'],
      ).not.toContain('level');
    });
  });

  it('says little of a body that has everything wrong with it', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, 1]));
    for (const body of [
      unknown,
      { ['k'.repeat(200_000)]: 1 },
      { username: 'a', password: 'b', ...unknown },
    ]) {
      const answer = await api.client().call('POST', '/api/auth/login', { body });
      expect(answer).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(answer.text.length).toBeLessThan(2000);
    }
  });

  it('shows an operator’s figures on this machine to nobody who asks under another name', async () => {
    const asked = (host: string, path = '/metrics', headers = {}) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        request(api.url + path, { headers: { host, ...headers } }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => (text += part));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        })
          .on('error', reject)
          .end();
      });
    for (const host of ['localhost', 'LOCALHOST:9', '127.0.0.1:3000', '127.9.9.9', '[::1]:3000'])
      expect(await asked(host)).toMatchObject({ status: 200 });
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil.example:3000',
    ]) {
      expect((await asked(host)).status).toBe(403);
      expect((await asked(host, '/health')).text).not.toContain('pending');
    }
    for (const name of ['via', 'x-real-ip', 'x-forwarded-host'])
      expect((await asked('localhost', '/metrics', { [name]: '1.1 proxy' })).status).toBe(403);
  });

  it('describes itself only where that is asked for', async () => {
    await api.restart({ API_DOCS: 'off' });
    for (const path of [
      '/api/docs',
      '/api/docs/',
      '/api/docs-json',
      '/api/docs-yaml',
      '/api/docs/swagger-ui.css',
    ])
      expect(await api.client().call('GET', path)).toMatchObject({ status: 404, code: 'not_found' });
    await api.restart({ API_DOCS: 'on' });
    expect(await api.client().call('GET', '/api/docs-json')).toMatchObject({ status: 200 });
  });

  describe('where the portal is on https', () => {
    beforeAll(() => api.restart({ PUBLIC_URL: 'https://portal.contoso.example', TRUST_PROXY: '127.0.0.1' }));
    afterAll(() => api.restart({ PUBLIC_URL, TRUST_PROXY: '' }));

    it('insists on it for years', async () => {
      expect((await api.client().call('GET', '/health')).headers.get('strict-transport-security')).toBe(
        'max-age=31536000',
      );
    });

    it('answers monitoring inside the proxy’s network', async () => {
      const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.7' };
      const answer = await api.client().call('GET', '/metrics', { headers });

      expect(answer.body['detail']).not.toContain('https'); // refused for the want of a token, and that alone
    });

    it('refuses a password that came in clear', async () => {
      const { username, password } = OLGA;
      const login = (proto: string) =>
        api.client().call('POST', '/api/auth/login', {
          body: { username, password },
          headers: { 'x-forwarded-proto': proto, 'x-forwarded-for': '203.0.113.7' },
        });
      expect(await login('http')).toMatchObject({ status: 403, code: 'forbidden' });
      const disguised = await api.client().call('POST', '/%61pi/auth/login', {
        body: { username, password },
        headers: { 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.7' },
      });
      expect(disguised).toMatchObject({ status: 403, code: 'forbidden' });
      expect(await login('https')).toMatchObject({ status: 200 });
    });
  });
});
