import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../refusals/refusal';
import type { StandIn } from '../stand-in';
import { answerWithTokens } from './token-answer';

const refreshSchema = z.object({ refresh_token: z.string().min(1) });

/** RFC 6749 section 6, with rotation (RFC 9700 section 4.14.2). */
export function refreshRoute(server: FastifyInstance, standIn: StandIn): void {
  server.post('/api/auth/refresh', { config: { operation: 'refresh' } }, (request, reply) => {
    const { success, data } = refreshSchema.safeParse(request.body);
    if (!success) throw new Refusal(900144);
    const owner = standIn.grants.ownerOf(data.refresh_token);
    if (owner === null) throw new Refusal(70000);
    const person = standIn.personMayRefresh(owner);
    const redeemed = standIn.grants.redeem(data.refresh_token, standIn.faults.allowRefreshReplay);
    if (redeemed.outcome === 'dead') throw new Refusal(70000);
    return answerWithTokens(standIn, person, redeemed.grant, reply);
  });
}
