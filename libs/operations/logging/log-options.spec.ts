import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { once } from 'node:events';
import type { LogLevel } from '@cutover/config';
import { pinoHttp } from 'pino-http';
import { logOptions } from './log-options';

const SECRETS = ['a-bearer-token', 'a-session-cookie', 'a-query-secret', 'a-body-password', 'a-new-cookie'];

/** Sends one request through the logger and returns every line that it wrote. */
async function logOf(
  path: string,
  work: (request: { log: { info: (fields: object, message: string) => void } }) => void = () => undefined,
  { method = 'POST', status = 200, level = 'info' as LogLevel } = {},
) {
  let lines = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString();
      done();
    },
  });
  const logger = pinoHttp(logOptions(level, false), sink);
  const server = createServer((request, response) => {
    logger(request, response);
    work(request as never);
    response.setHeader('set-cookie', 'cutover_session=a-new-cookie');
    response.writeHead(status).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: 'Bearer a-bearer-token', cookie: 'cutover_session=a-session-cookie' },
    ...(method === 'POST' && { body: 'a-body-password' }),
  });
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  return lines;
}

describe('the log', () => {
  it('has one line for a request: method, path, status and time', async () => {
    const lines = (await logOf('/api/auth/login?next=a-query-secret')).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      req: { method: 'POST', path: '/api/auth/login' },
      res: { status: 200 },
      responseTime: expect.any(Number),
    });
  });

  it('holds no header, query, body or cookie', async () => {
    const lines = await logOf('/api/auth/login?next=a-query-secret');
    for (const secret of SECRETS) expect(lines).not.toContain(secret);
  });

  it('hides what a careless line would show', async () => {
    const lines = await logOf('/api', ({ log }) => {
      log.info(
        {
          password: 'a-body-password',
          tokens: { accessToken: 'a-bearer-token', refresh_token: 'a-bearer-token' },
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
    expect(await logOf('/health/ready')).toBe('');
  });
});
