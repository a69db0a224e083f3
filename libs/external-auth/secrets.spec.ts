import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { RequestListener } from 'node:http';
import { answerWith } from './testing/answering-server';
import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from './testing/external-auth-under-test';
import { standInEnvironment } from './testing/stand-in-environment';
import { TokenProvider } from './testing/token-provider';

const SECRET = 'Correct-Horse-1729';

/** Everything that a logger could find in an error. */
function everythingIn(error: unknown): string {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined; link = link instanceof Error ? link.cause : undefined)
    chain.push(link);
  return chain
    .flatMap((link) => [
      inspect(link, { depth: Infinity, showHidden: true, getters: true }),
      JSON.stringify(link, link instanceof Error ? [...Object.getOwnPropertyNames(link)] : undefined),
      JSON.stringify(link),
      String((link as Error).stack),
    ])
    .join('\n');
}

const json = { 'content-type': 'application/json' };
const echo = JSON.stringify({
  error: 'invalid_grant',
  error_description: `AADSTS50126: ${SECRET}`,
  name: SECRET,
});

const ANSWERS: [string, RequestListener][] = [
  ['a broken connection', (request) => request.socket.destroy()],
  ['a timeout', () => undefined],
  ['no HTTP', (request) => request.socket.end('nonsense\r\n\r\n')],
  [
    'a redirect',
    (_request, response) => response.writeHead(302, { location: `https://x.example/?p=${SECRET}` }).end(),
  ],
  ['a refusal that echoes', (_request, response) => response.writeHead(401, json).end(echo)],
  ['a throttle that echoes', (_request, response) => response.writeHead(429, json).end(echo)],
  [
    'an outage that echoes',
    (_request, response) => response.writeHead(503, { 'x-echo': SECRET }).end(SECRET),
  ],
  [
    'HTML that echoes',
    (_request, response) => response.writeHead(200, { 'content-type': SECRET }).end(SECRET),
  ],
  ['broken JSON that echoes', (_request, response) => response.writeHead(200, json).end(`{"${SECRET}`)],
  [
    'a truncated body',
    (_request, response) => {
      response.writeHead(200, { ...json, 'content-length': '500' });
      response.write(SECRET, () => response.socket?.destroySoon());
    },
  ],
  [
    'a body that is too large',
    (_request, response) => response.writeHead(200, json).end(SECRET.repeat(100_000)),
  ],
  [
    'a token that is not accepted',
    (_request, response) => response.writeHead(200, json).end(JSON.stringify({ access_token: SECRET })),
  ],
  [
    'a token type that echoes',
    (_request, response) =>
      response.writeHead(200, json).end(JSON.stringify({ access_token: SECRET, token_type: SECRET })),
  ],
];

/** Tokens that are not accepted are no error of the call: what is said of them is. */
async function refreshed(client: ExternalAuthUnderTest['client']) {
  const answer = await client.refresh(SECRET);
  if (!answer.verified) throw answer.failure;
}

describe.each(ANSWERS)('after %s', (_case, answer) => {
  it.each<[string, (auth: ExternalAuthUnderTest) => Promise<unknown>]>([
    ['password', ({ client }) => client.signIn('grace', SECRET)],
    ['refresh token', ({ client }) => refreshed(client)],
  ])('nothing in the error holds the %s', async (_secret, call) => {
    const server = await answerWith(answer);
    const auth = await externalAuthUnderTest(
      standInEnvironment(server.url, { EXTERNAL_AUTH_TIMEOUT: '200' }),
    );
    const error = await failureOf(call(auth));
    await auth.close();
    await server.close();
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(error).toMatchObject({ failure: { operation: expect.any(String), reason: expect.any(String) } });
  });
});

it('nothing in the refusal of a bearer holds the token or a claim of it', async () => {
  const provider = await TokenProvider.start();
  const auth = await externalAuthUnderTest(provider.environment());
  for (const claims of [
    { aud: 'x', name: SECRET },
    { exp: 1, name: SECRET },
    { tid: SECRET },
    { iss: SECRET },
  ]) {
    const token = await provider.accessToken(claims);
    const everything = everythingIn(await failureOf(auth.verifier.verify(token)));
    for (const secret of [SECRET, ...token.split('.')]) expect(everything).not.toContain(secret);
  }
  await auth.close();
  await provider.close();
});

it('nothing in the log of a user info call that failed holds the bearer', async () => {
  const logged: unknown[] = [];
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((...line) => void logged.push(line));
  const provider = await TokenProvider.start();
  const auth = await externalAuthUnderTest(provider.environment());
  const access_token = await provider.accessToken();
  provider.answers.set('/api/auth/login', { access_token });
  await auth.client.signIn('grace', SECRET);
  await auth.close();
  await provider.close();
  warn.mockRestore();
  expect(inspect(logged)).toContain('signed in without user info');
  for (const secret of [SECRET, access_token])
    expect(inspect(logged, { depth: Infinity })).not.toContain(secret);
});
