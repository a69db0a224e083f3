import type { FastifyInstance } from 'fastify';
import { BearerRefused } from '../refusals/refusal';
import type { StandIn } from '../stand-in';
import { bearerClaims } from './bearer';
import { userOf } from './user-of';

export function userInfoRoute(server: FastifyInstance, standIn: StandIn): void {
  server.get('/api/auth/me', { config: { operation: 'userInfo' } }, async (request) => {
    const claims = await bearerClaims(standIn, request);
    const person = standIn.directory.findByObjectId(String(claims['oid']));
    if (!person) throw new BearerRefused();
    return userOf(person);
  });
}
