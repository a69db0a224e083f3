import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../refusals/refusal';
import type { StandIn } from '../stand-in';
import { answerWithTokens } from './token-answer';

const loginSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });

export function loginRoute(server: FastifyInstance, standIn: StandIn): void {
  server.post('/api/auth/login', { config: { operation: 'login' } }, (request, reply) => {
    const { success, data } = loginSchema.safeParse(request.body);
    if (!success) throw new Refusal(900144);
    const person = standIn.signIn(data.username, data.password);
    return answerWithTokens(standIn, person, standIn.grants.open(person.oid), reply);
  });
}
