import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../refusals/refusal';
import type { StandIn } from '../stand-in';

const logoutSchema = z.object({ refresh_token: z.string().min(1) });

/** Ends the grant. An unknown token is no error: nothing is left to end (RFC 7009 section 2.2). */
export function logoutRoute(server: FastifyInstance, standIn: StandIn): void {
  server.post('/api/auth/logout', { config: { operation: 'logout' } }, async (request, reply) => {
    const { success, data } = logoutSchema.safeParse(request.body);
    if (!success) throw new Refusal(900144);
    standIn.grants.revoke(data.refresh_token);
    return reply.code(204).send();
  });
}
