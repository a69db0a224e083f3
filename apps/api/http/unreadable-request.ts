import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { PROBLEMS, type Problem } from '@cutover/contracts';

const DETAILS: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time. Send it again.',
  HPE_HEADER_OVERFLOW: 'The address or a header is too long.',
};
const UNREADABLE = 'The request could not be read. Check that it is well-formed HTTP.';

/** Answers what Node refuses before it is a request, with the headers that every answer has. */
export const answerUnreadable = (headers: Record<string, string>) => (error: Error, socket: Socket) => {
  const { code } = error as NodeJS.ErrnoException;
  // A browser opens connections ahead: what it never asked, it must not be answered, or it takes that for its next answer.
  if (code === 'ECONNRESET' || !socket.writable || socket.bytesRead === 0) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const problem: Problem = {
    type: '/problems/validation_failed',
    title: PROBLEMS.validation_failed.title,
    status: 400,
    detail: DETAILS[code ?? ''] ?? UNREADABLE,
    instance: '/',
    code: 'validation_failed',
    requestId,
  };
  const body = JSON.stringify(problem);
  const all = {
    ...headers,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': requestId,
    Connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end(['HTTP/1.1 400 Bad Request', ...lines, '', body].join('\r\n'));
  // Who goes on trickling is not listened to.
  socket.destroySoon();
};
