import type { FastifyReply } from 'fastify';
import type { AnswerShape } from '../control/faults';

/** Bytes; more than any client should read. */
const OVERSIZED = 4 * 1024 * 1024;

const HTML = '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>';

type Answer = Record<string, unknown>;

/** Sends a token answer well or badly formed, as the shape says. */
export function sendTokenAnswer(reply: FastifyReply, shape: AnswerShape, answer: Answer): FastifyReply {
  reply.header('cache-control', 'no-store');
  switch (shape.body) {
    case 'json':
      return reply.send(shaped(shape, answer));
    case 'oversized':
      return reply.send(shaped(shape, { ...answer, padding: 'x'.repeat(OVERSIZED) }));
    case 'html':
      return reply.type('text/html').send(HTML);
    case 'empty':
      return reply.type('application/json').send('');
    case 'redirect':
      return reply.redirect('/control/redirected', 302);
    case 'cut':
      return reply.type('application/json').send(halfOf(shaped(shape, answer)));
    case 'truncated':
      return sendLessThanAnnounced(reply, JSON.stringify(shaped(shape, answer)));
  }
}

function shaped(shape: AnswerShape, answer: Answer): Answer {
  const named = shape.naming === 'camelCase' ? camelCased(answer) : answer;
  return shape.nesting === 'data' ? { data: named } : named;
}

const camelCased = (answer: Answer): Answer =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

const halfOf = (answer: Answer) => {
  const text = JSON.stringify(answer);
  return text.slice(0, Math.floor(text.length / 2));
};

function sendLessThanAnnounced(reply: FastifyReply, text: string): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
  raw.write(text.slice(0, Math.floor(text.length / 2)), () => raw.socket?.destroySoon());
  return reply;
}
