import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { fastify, type FastifyInstance } from 'fastify';
import { AllowedMethods } from './allowed-methods';
import { registerPortal } from './portal';
import { registerSecurityHeaders } from './security-headers';
import { toProblemError } from './to-problem-error';

const PAGE = `<meta name="organisation" content="ORGANISATION_NAME"><meta name="session-cookie" content="SESSION_COOKIE"><meta name="session-idle-timeout" content="SESSION_IDLE_TIMEOUT"><app-root ngCspNonce="CSP_NONCE">`;
const SCRIPT = 'console.log("portal")';
const SETTINGS = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://localhost:3000',
  trustProxy: [],
  metricsToken: null,
  apiDocs: true,
  organisationName: '<b>"Kühn & Söhne"</b>',
};

describe('the portal’s files', () => {
  const root = mkdtempSync(join(tmpdir(), 'cutover-portal-'));
  let server: FastifyInstance;

  beforeAll(async () => {
    writeFileSync(join(root, 'index.html'), PAGE);
    writeFileSync(join(root, 'main-AbC_d-12.js'), SCRIPT);
    writeFileSync(join(root, 'main-AbC_d-12.js.br'), brotliCompressSync(SCRIPT));
    writeFileSync(join(root, 'favicon.svg'), '<svg/>');
    mkdirSync(join(root, 'media'));
    writeFileSync(join(root, 'media/inter.woff2'), 'a font');
    server = fastify();
    const methods = new AllowedMethods(server);
    server.setErrorHandler((error, _request, reply) => reply.status(toProblemError(error).status).send());
    await registerSecurityHeaders(server, SETTINGS);
    server.post('/api/auth/login', () => ({}));
    await registerPortal(server, { ...SETTINGS, idleTimeout: 1800 }, methods, root);
  });
  afterAll(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });

  const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });

  it.each(['/', '/sign-in', '/profile?tab=1', '/an/address/of/later'])(
    'answer %s with the page',
    async (url) => {
      const answer = await get(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['set-cookie']).toBeUndefined(); // a session begins with a sign-in only
    },
  );

  it.each([
    '/api/nothing',
    '/health/nothing',
    '/metrics',
    '/missing.js',
    '/../secrets.env',
    '/%2e%2e/secrets.env',
    '/index.html.br',
    '/.git/HEAD',
    '/.svn/entries',
    '/.env',
  ])('are not mistaken for %s', async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  });

  it('are listed nowhere', async () => {
    for (const url of ['/media', '/media/']) {
      const { body } = await get(url);
      expect(body).not.toContain('inter.woff2');
    }
    expect((await get('/media/inter.woff2')).statusCode).toBe(200);
  });

  it('leave an address of the API that knows other methods to the API', async () => {
    const answer = await get('/api/auth/login');
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });

  it('carry the organisation’s name, as text', async () => {
    const { body } = await get('/');
    expect(body).toContain('content="&#60;b&#62;&#34;Kühn &#38; Söhne&#34;&#60;/b&#62;"');
  });

  it('carry the seconds without use after which a session ends', async () => {
    expect((await get('/')).body).toContain('name="session-idle-timeout" content="1800"');
  });

  it('carry the nonce of their own answer, a new one each time', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const { body, headers } = await get('/');
        const nonce = /ngCspNonce="([0-9a-f]{32})"/.exec(body)?.[1] ?? 'none';
        expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  it('say whether a session may be there, and never the cookie itself', async () => {
    const cookie = 'cutover_session=0b2f4f0e.1.secret';
    const said = async (headers: Record<string, string>) =>
      /session-cookie" content="(\w+)"/.exec((await get('/', headers)).body)?.[1];
    expect(await said({ 'sec-fetch-site': 'none' })).toBe('absent');
    expect(await said({ 'sec-fetch-site': 'none', cookie })).toBe('unknown');
    expect(await said({ 'sec-fetch-site': 'cross-site' })).toBe('unknown');
    expect((await get('/', { cookie })).body).not.toContain('secret');
  });

  it('are kept by browsers for as long as their content cannot change', async () => {
    expect((await get('/main-AbC_d-12.js')).headers['cache-control']).toContain('immutable');
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('travel compressed to whoever takes it', async () => {
    const compressed = await get('/main-AbC_d-12.js', { 'accept-encoding': 'br' });
    expect(compressed.headers['content-encoding']).toBe('br');
    expect(compressed.headers['content-type']).toMatch(/javascript/);
    expect((await get('/main-AbC_d-12.js')).body).toBe(SCRIPT);
  });
});
