import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { mayBeSpent } from './may-be-spent';
import { answerWith } from './testing/answering-server';
import { externalAuthUnderTest, failureOf } from './testing/external-auth-under-test';
import { standInEnvironment } from './testing/stand-in-environment';
import { TokenProvider } from './testing/token-provider';

const json =
  (status: number, body: unknown): RequestListener =>
  (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  };

/** What a refresh fails with at a provider that answers so. */
async function failureAt(url: string): Promise<unknown> {
  const auth = await externalAuthUnderTest(standInEnvironment(url, { EXTERNAL_AUTH_TIMEOUT: '300' }));
  const error = await failureOf(auth.client.refresh('a-refresh-token'));
  await auth.close();
  return error;
}

describe('a refresh token', () => {
  it.each<[string, RequestListener, boolean]>([
    ['a reset', (request) => request.socket.destroy(), true],
    ['silence', () => undefined, true],
    ['a 500', json(500, { error: 'server_error' }), true],
    [
      'a 502 that is a page',
      (_request, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
      true,
    ],
    [
      'half of a 503',
      (_request, response) => {
        response.writeHead(503, { 'content-length': 100 });
        response.write('half', () => response.socket?.destroySoon());
      },
      true,
    ],
    ['an empty 200', (_request, response) => response.writeHead(200).end(), true],
    ['a 200 without a token', json(200, {}), true],
    ['a 503', json(503, {}), false],
    ['a 429', json(429, {}), false],
    ['a 500 that Entra calls transient', json(500, { error_codes: [90033] }), false],
    ['a client fault', json(400, { error: 'invalid_client' }), false],
    ['a dead grant', json(400, { error: 'invalid_grant' }), false],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/' }).end(), false],
    [
      'a page where tokens should be',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Soon</h1>'),
      false,
    ],
  ])('after %s: may be spent?', async (_what, answer, expected) => {
    const server = await answerWith(answer);
    const error = await failureAt(server.url);
    await server.close();
    expect(mayBeSpent(error)).toBe(expected);
  });

  it('is not spent where nobody listens', async () => {
    const server = await answerWith(json(200, {}));
    await server.close();
    expect(mayBeSpent(await failureAt(server.url))).toBe(false);
  });

  it('is not spent where the connection stands and TLS does not', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(mayBeSpent(await failureAt(`https://127.0.0.1:${port}`))).toBe(false);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('is not called dead by a bare 401, which anything may have written', async () => {
    const server = await answerWith(json(401, { message: 'Unauthorized' }));
    expect(await failureAt(server.url)).toMatchObject({ code: 'external_misconfigured' });
    await server.close();
  });
});

it('goes to the token endpoint of Entra as a form that names the client (RFC 6749 section 6)', async () => {
  const provider = await TokenProvider.start();
  const accessToken = await provider.accessToken();
  const seen: { type: string | undefined; form: URLSearchParams }[] = [];
  const endpoint = await answerWith((request, response) => {
    void text(request).then((body) => {
      seen.push({ type: request.headers['content-type'], form: new URLSearchParams(body) });
      const answer = {
        token_type: 'Bearer',
        access_token: accessToken,
        refresh_token: 'the-next',
        expires_in: 300,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  const auth = await externalAuthUnderTest(
    provider.environment({
      EXTERNAL_AUTH_TOKEN_URL: `${endpoint.url}/tenant/oauth2/v2.0/token`,
      EXTERNAL_AUTH_CLIENT_SECRET: 'a-client-secret',
    }),
  );
  expect(await auth.client.refresh('the-first')).toMatchObject({
    verified: true,
    tokens: { accessToken, refreshToken: 'the-next' },
  });
  expect(endpoint.requests).toEqual(['/tenant/oauth2/v2.0/token']);
  expect(seen[0]?.type).toMatch(/^application\/x-www-form-urlencoded/);
  expect(Object.fromEntries(seen[0]?.form ?? [])).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'the-first',
    client_id: 'the-client',
    client_secret: 'a-client-secret',
  });
  await auth.close();
  await endpoint.close();
  await provider.close();
});
