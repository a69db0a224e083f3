import { type LogLevel, SECRET_NAMES } from '@cutover/config';
import type { LoggerOptions } from 'pino';
import { currentRequest } from '../request/request-context';
import { currentTrace } from '../tracing/current-trace';

/** Every line that is written while a request is answered names it; none holds a header, a body or a query. */
export function logOptions(level: LogLevel, readable: boolean): LoggerOptions {
  return {
    level,
    ...(readable && {
      transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
    }),
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    mixin: () => {
      const request = currentRequest();
      return { ...(request && { requestId: request.requestId }), ...currentTrace() };
    },
  };
}

/** Belt and braces: nothing of ours logs these, a library might. */
const SECRET_KEYS = [
  'password',
  'accessToken',
  'refreshToken',
  'idToken',
  'access_token',
  'refresh_token',
  'id_token',
  'clientSecret',
  'metricsToken',
  ...SECRET_NAMES,
];

const SECRET_PATHS = [
  ...SECRET_KEYS.flatMap((key) => [key, `*.${key}`]),
  '*.headers.authorization',
  '*.headers.cookie',
  '*.headers["set-cookie"]',
];
