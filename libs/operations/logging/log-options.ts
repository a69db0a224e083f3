import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogLevel } from '@cutover/config';
import type { Options } from 'pino-http';

/** A request is logged by its method, its path without the query (it may hold anything) and its id; never headers or bodies. */
export function logOptions(level: LogLevel, readable: boolean): Options {
  return {
    level,
    ...(readable && {
      transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
    }),
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    genReqId: (request: IncomingMessage & { id?: unknown }) => String(request.id),
    serializers: {
      req: (request: { id: string; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customLogLevel: (request, response: ServerResponse, error) => {
      if (error || response.statusCode >= 500) return 'error';
      if (response.statusCode >= 400) return 'warn';
      return isRead(request) ? 'debug' : 'info';
    },
    autoLogging: {
      ignore: (request) =>
        /^\/health/.test((request as { originalUrl?: string }).originalUrl ?? request.url ?? ''),
    },
  };
}

/** One that went well changed nothing and says nothing, and there are a thousand of them to each of the others. */
const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

/** Belt and braces: nothing of ours logs these, a library might. */
const SECRET_KEYS = [
  'password',
  'accessToken',
  'refreshToken',
  'idToken',
  'access_token',
  'refresh_token',
  'id_token',
];
const SECRET_PATHS = [
  ...SECRET_KEYS.flatMap((key) => [key, `*.${key}`]),
  '*.headers.authorization',
  '*.headers.cookie',
  '*.headers["set-cookie"]',
];
