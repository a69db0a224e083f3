import type { FastifyInstance } from 'fastify';
import type { StandIn } from '../stand-in';
import { bearerClaims } from './bearer';

export function validateRoute(server: FastifyInstance, standIn: StandIn): void {
  server.get('/api/auth/validate', { config: { operation: 'validate' } }, async (request) => {
    await bearerClaims(standIn, request);
    return { active: true };
  });
}
