import { Metrics } from '@cutover/operations';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { answerWith, type Answering } from '../testing/answering-server';
import { externalAuthUnderTest, failureOf } from '../testing/external-auth-under-test';
import { standInEnvironment } from '../testing/stand-in-environment';
import { startStandIn } from '../testing/stand-in-process';
import { ProviderHttp } from './provider-http';
import { retryAfterSeconds } from './retry-after';

const JSON_TYPE = { 'content-type': 'application/json' };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serving(answer: RequestListener, overrides: Record<string, string> = {}) {
  const server = await answerWith(answer);
  const auth = await clientOf(server.url, overrides);
  cleanups.unshift(() => server.close());
  return { server, signIn: () => auth.client.signIn('grace', 'any') };
}

async function clientOf(url: string, overrides: Record<string, string> = {}) {
  const auth = await externalAuthUnderTest(standInEnvironment(url, overrides));
  cleanups.push(() => auth.close());
  return auth;
}

describe('an outage', () => {
  it('is a refused connection', async () => {
    const server = await answerWith(() => undefined);
    await server.close();
    const { client } = await clientOf(server.url);
    expect(await failureOf(client.signIn('grace', 'any'))).toMatchObject({
      code: 'external_unavailable',
      status: 503,
      failure: { operation: 'login', reason: 'connection failed', code: 'ECONNREFUSED' },
    });
  });

  it.each<[string, RequestListener, string]>([
    ['a connection that breaks before an answer', (request) => request.socket.destroy(), 'connection failed'],
    ['a server that never answers', () => undefined, 'timeout'],
    ['a body that trickles', trickle, 'timeout'],
    ['a 503 that breaks off', (_request, response) => cutShort(response, 503), 'http 503'],
    [
      'a 502 in HTML',
      (_request, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<p>'),
      'http 502',
    ],
  ])('is %s', async (_case, answer, reason) => {
    const { signIn } = await serving(answer, { EXTERNAL_AUTH_TIMEOUT: '300' });
    const start = performance.now();
    expect(await failureOf(signIn())).toMatchObject({ code: 'external_unavailable', failure: { reason } });
    expect(performance.now() - start).toBeLessThan(1500);
  });
});

describe('a fault of configuration', () => {
  it.each<[string, RequestListener, string]>([
    [
      'HTML',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
      'no JSON object (text/html)',
    ],
    [
      'no content type',
      (_request, response) => response.writeHead(200).end('{}'),
      'no JSON object (other media type)',
    ],
    ['an empty body', (_request, response) => response.writeHead(200, JSON_TYPE).end(), 'empty body'],
    ['no content', (_request, response) => response.writeHead(204).end(), 'empty body'],
    [
      'a JSON array',
      (_request, response) => response.writeHead(200, JSON_TYPE).end('[]'),
      'no JSON object (application/json)',
    ],
    [
      'a JSON object without a token',
      (_request, response) => response.writeHead(200, JSON_TYPE).end('{}'),
      'no access token',
    ],
    [
      'a token of another type',
      (_request, response) =>
        response.writeHead(200, JSON_TYPE).end('{"access_token":"x","token_type":"DPoP"}'),
      'token type is not Bearer',
    ],
    [
      'a connection that breaks inside the body',
      (_request, response) => cutShort(response, 200),
      'body truncated',
    ],
    [
      'a chunked body that breaks off',
      (_request, response) => {
        response.writeHead(200, JSON_TYPE);
        response.write('{"access_token":', () => response.socket?.destroySoon());
      },
      'body truncated',
    ],
    ['a body without end', (_request, response) => pour(response), 'body too large'],
    [
      'a small body that unpacks to a large one',
      (_request, response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(BOMB),
      'body too large',
    ],
    [
      'compression that is none',
      (_request, response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end('{}'),
      'body truncated',
    ],
    [
      'something that is no HTTP',
      (request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
      'connection not trusted or not HTTP',
    ],
  ])('is %s', async (_case, answer, reason) => {
    const { signIn } = await serving(answer);
    expect(await failureOf(signIn())).toMatchObject({
      code: 'external_misconfigured',
      status: 502,
      failure: { reason },
    });
  });

  it.each([301, 302, 303, 307, 308])('is a redirect (%i), and its target hears nothing', async (status) => {
    const target = await answerWith((_request, response) => response.end());
    cleanups.push(() => target.close());
    const { signIn } = await serving((_request, response) =>
      response.writeHead(status, { location: target.url }).end(),
    );
    expect(await failureOf(signIn())).toMatchObject({
      code: 'external_misconfigured',
      failure: { reason: 'redirect' },
    });
    expect([target.requests, target.connections()]).toEqual([[], 0]);
  });

  it('is a client without its settings', async () => {
    const auth = await externalAuthUnderTest({});
    cleanups.push(() => auth.close());
    expect(await failureOf(auth.client.signIn('grace', 'any'))).toMatchObject({
      code: 'external_misconfigured',
    });
    expect(await failureOf(auth.verifier.verify('any'))).toMatchObject({ code: 'token_invalid' });
  });
});

describe('the connection', () => {
  it('is kept and used again', async () => {
    const standIn = await startStandIn();
    cleanups.push(() => standIn.stop());
    const { client } = await clientOf(standIn.url);
    await client.signIn('grace', 'Nanosecond-Wire-1952');
    const { connections } = await standIn.control.resetCounts();
    for (let count = 0; count < 5; count += 1) await client.signIn('grace', 'Nanosecond-Wire-1952');
    expect(await standIn.control.state()).toMatchObject({
      calls: { login: 5 },
      connections: connections + 1,
    }); // + 1: this question
  });

  it('goes straight to the provider, whatever proxy the environment names', async () => {
    const proxy = await answerWith((_request, response) => response.end());
    cleanups.push(() => proxy.close());
    const before = { ...process.env };
    Object.assign(process.env, { http_proxy: proxy.url, HTTP_PROXY: proxy.url, no_proxy: '', NO_PROXY: '' });
    const { server, signIn } = await serving((_request, response) => response.writeHead(503).end());
    await failureOf(signIn());
    process.env = before;
    expect([server.requests.length, proxy.requests.length]).toEqual([1, 0]);
  });

  it('asks for JSON and says who asks', async () => {
    const seen: unknown[] = [];
    const { signIn } = await serving((request, response) => {
      const { accept, 'user-agent': agent, 'content-type': type } = request.headers;
      seen.push({ accept, agent, type });
      response.writeHead(503).end();
    });
    await failureOf(signIn());
    expect(seen).toEqual([{ accept: 'application/json', agent: 'cutover', type: 'application/json' }]);
  });
});

it('in production, the development stand-in is refused by its header', async () => {
  const answer: RequestListener = (_request, response) =>
    response.writeHead(401, { ...JSON_TYPE, 'x-cutover-stand-in': 'true' }).end('{}');
  const server: Answering = await answerWith(answer);
  cleanups.push(() => server.close());
  // Production settings cannot name a plain http API, so the one thing that matters here is put in by hand.
  const settings = { nodeEnv: 'production', externalAuth: { timeout: 1000 } };
  const http = new ProviderHttp(
    { get: (name: keyof typeof settings) => settings[name] } as never,
    new Metrics(),
  );
  expect(await failureOf(http.send({ operation: 'login', method: 'GET', url: server.url }))).toMatchObject({
    code: 'external_misconfigured',
    failure: { reason: 'answered by the development stand-in' },
  });
  http.onApplicationShutdown();
});

it.each([
  ['120', 120],
  ['0', 0],
  ['86400', 3600],
  ['Tue, 24 Nov 2026 00:00:30 GMT', 30],
  ['Mon, 23 Nov 2026 00:00:00 GMT', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('reads Retry-After %s as %s seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, Date.parse('2026-11-24T00:00:00Z'))).toBe(seconds);
});

type Response = Parameters<RequestListener>[1];

const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

function cutShort(response: Response, status: number): void {
  response.writeHead(status, { ...JSON_TYPE, 'content-length': '500' });
  response.write('{"access_token":"', () => response.socket?.destroySoon());
}

/** A byte every 20 ms: each is in time, the whole is not. */
function trickle(_request: unknown, response: Response): void {
  response.writeHead(200, JSON_TYPE);
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

function pour(response: Response): void {
  response.writeHead(200, JSON_TYPE);
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}
