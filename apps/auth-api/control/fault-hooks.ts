import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StandIn } from '../stand-in';
import type { Operation } from './faults';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Counted, and befallen by faults. Routes without one (the control routes) are neither. */
    operation?: Operation;
  }
}

/** Counts each call and lets the ordered faults befall it. */
export function faultHooks(server: FastifyInstance, standIn: StandIn): void {
  const faultsFor = (request: FastifyRequest) => {
    const { operation } = request.routeOptions.config;
    const { operations } = standIn.faults;
    return operation && (operations === null || operations.includes(operation)) ? standIn.faults : null;
  };

  server.server.on('connection', () => {
    standIn.connections += 1;
  });

  server.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    if (operation) standIn.calls[operation] += 1;
    const faults = faultsFor(request);
    if (!faults) return;
    if (faults.outage) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    if (faults.latency > 0) await delay(faults.latency);
    if (Math.random() < faults.errorRate) {
      if (faults.retryAfter !== null) reply.header('retry-after', faults.retryAfter);
      const error = faults.errorStatus >= 500 ? 'server_error' : 'invalid_request';
      return reply.code(faults.errorStatus).send({ error, error_description: 'An ordered fault.' });
    }
  });

  server.addHook('onSend', async (request, reply, payload) => {
    const faults = faultsFor(request);
    if (faults && Math.random() < faults.lostReplies) {
      standIn.repliesLost += 1;
      reply.hijack();
      request.raw.socket.destroy();
    }
    return payload;
  });
}
