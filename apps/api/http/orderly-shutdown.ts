import type { FastifyInstance } from 'fastify';

/** Milliseconds that what is in hand may take once the process was asked to end. */
const GRACE = 10_000;

/**
 * Finishes the requests in hand and keeps no connection after them: one that a client holds open for its next request
 * would otherwise hold the process too.
 *
 * @param finish what remains to be done after the last request, in so many milliseconds
 */
export function endOrderly(instance: FastifyInstance, finish: (limit: number) => Promise<void>): void {
  let endsAt: number | null = null;
  instance.addHook('preClose', async () => {
    endsAt = performance.now() + GRACE;
    setTimeout(() => {
      instance.server.closeAllConnections();
    }, GRACE).unref();
  });
  instance.addHook('onSend', async (_request, reply) => {
    if (endsAt !== null) reply.header('Connection', 'close');
  });
  instance.addHook('onClose', async () => {
    await finish(Math.max(0, (endsAt ?? 0) - performance.now()));
  });
}
