import { Writable } from 'node:stream';
import fastifyCookie from '@fastify/cookie';
import type { LogLevel } from '@cutover/config';
import fastify from 'fastify';
import { pino, type Logger } from 'pino';
import { inRequest } from '../request/request-context';
import { logOptions } from './log-options';
import { logRequests } from './request-log';

const SECRETS = ['a-bearer-token', 'a-session-cookie', 'a-query-secret', 'a-body-password', 'a-new-cookie'];

/** Has one request answered and returns every line that was written. */
async function logOf(
  path: string,
  work: (logger: Logger) => void = () => undefined,
  { method = 'POST' as 'GET' | 'POST', status = 200, level = 'info' as LogLevel } = {},
) {
  let lines = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString();
      done();
    },
  });
  const logger = pino(logOptions(level, false), sink);
  const server = fastify({ genReqId: () => 'request-1' });
  server.addHook('onRequest', (request, _reply, done) => {
    inRequest({ requestId: request.id, address: null }, done);
  });
  logRequests(server, logger);
  await server.register(fastifyCookie);
  server.route({
    method,
    url: path.split('?', 1)[0] ?? '/',
    handler: (_request, reply) => {
      work(logger);
      return reply.setCookie('cutover_session', 'a-new-cookie').code(status).send({});
    },
  });
  await server.inject({
    method,
    url: path,
    headers: { authorization: 'Bearer a-bearer-token', cookie: 'cutover_session=a-session-cookie' },
    ...(method === 'POST' && { payload: { password: 'a-body-password' } }),
  });
  await server.close();
  return lines.trim();
}

describe('the log', () => {
  it('has one line for a request: its id, method, path, status and time', async () => {
    const lines = (await logOf('/api/auth/login?next=a-query-secret')).split('\n');

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      requestId: 'request-1',
      event: 'request',
      method: 'POST',
      path: '/api/auth/login',
      status: 200,
      duration: expect.any(Number),
    });
  });

  it('names the request in every line that is written while it is answered', async () => {
    const [line = ''] = (await logOf('/api', (logger) => logger.info('something happened'))).split('\n');

    expect(JSON.parse(line)).toMatchObject({ requestId: 'request-1', msg: 'something happened' });
  });

  it('holds no header, query, body or cookie', async () => {
    const lines = await logOf('/api/auth/login?next=a-query-secret');

    for (const secret of SECRETS) expect(lines).not.toContain(secret);
  });

  it('hides what a careless line would show', async () => {
    const lines = await logOf('/api', (logger) => {
      logger.info(
        {
          password: 'a-body-password',
          tokens: { accessToken: 'a-bearer-token', refresh_token: 'a-bearer-token' },
          environment: { DATABASE_URL: 'a-body-password', METRICS_TOKEN: 'a-bearer-token' },
        },
        'careless',
      );
    });

    expect(lines).toContain('[redacted]');
    for (const secret of SECRETS) expect(lines).not.toContain(secret);
  });

  it.each([
    { method: 'GET', status: 200, level: 'info', lines: 0 },
    { method: 'GET', status: 304, level: 'info', lines: 0 },
    { method: 'GET', status: 200, level: 'debug', lines: 1 },
    { method: 'GET', status: 401, level: 'info', lines: 1 },
    { method: 'GET', status: 503, level: 'info', lines: 1 },
    { method: 'POST', status: 200, level: 'info', lines: 1 },
  ] as const)('of a $method that was answered $status has $lines line(s) at $level', async (request) => {
    const log = await logOf('/api/auth/me', undefined, request);

    expect(log.split('\n').filter(Boolean)).toHaveLength(request.lines);
  });

  it('is silent about polls of the health', async () => {
    expect(await logOf('/health/ready', undefined, { method: 'GET', status: 503 })).toBe('');
  });
});
