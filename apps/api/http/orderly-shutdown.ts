import type { FastifyInstance } from 'fastify';

/** Milliseconds that requests in hand may take once the process was asked to end. */
const GRACE = 10_000;

/**
 * Finishes the requests in hand and keeps no connection after them: one that a client holds open for its next request
 * would otherwise hold the process too.
 */
export function endOrderly(instance: FastifyInstance): void {
  let ending = false;
  instance.addHook('preClose', async () => {
    ending = true;
    setTimeout(() => {
      instance.server.closeAllConnections();
    }, GRACE).unref();
  });
  instance.addHook('onSend', async (_request, reply) => {
    if (ending) reply.header('Connection', 'close');
  });
}
