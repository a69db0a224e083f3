import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Level, Logger } from 'pino';

/**
 * One line for each answered request: method, path without the query (it may hold anything), status and milliseconds.
 * A hook of Fastify's, which costs a request that says nothing next to nothing; polls of the health say nothing.
 */
export function logRequests(instance: FastifyInstance, logger: Logger): void {
  instance.addHook('onResponse', (request, reply, done) => {
    const level = levelOf(request, reply);
    if (logger.isLevelEnabled(level) && !isHealthPoll(request)) {
      logger[level](
        {
          event: 'request',
          requestId: String(request.id),
          method: request.method,
          path: request.url.split('?', 1)[0],
          status: reply.statusCode,
          duration: Math.round(reply.elapsedTime),
        },
        'request answered',
      );
    }
    done();
  });
}

/** A read that went well changed nothing, and there are a thousand of them to each of the others. */
function levelOf({ method }: FastifyRequest, { statusCode }: FastifyReply): Level {
  if (statusCode >= 500) return 'error';
  if (statusCode >= 400) return 'warn';
  return method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
}

const isHealthPoll = ({ routeOptions }: FastifyRequest) => routeOptions.url?.startsWith('/health') ?? false;
