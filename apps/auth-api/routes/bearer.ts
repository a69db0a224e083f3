import type { FastifyRequest } from 'fastify';
import type { JWTPayload } from 'jose';
import { BearerRefused } from '../refusals/refusal';
import type { StandIn } from '../stand-in';

/**
 * The claims of the request's bearer (RFC 6750 section 2.1).
 * @throws BearerRefused where there is none, or it is not valid here, or its grant was ended by logout.
 */
export async function bearerClaims(standIn: StandIn, request: FastifyRequest): Promise<JWTPayload> {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
  const claims =
    token === undefined ? null : await standIn.tokens.verifyAccessToken(standIn.opaque.behind(token));
  if (!claims || standIn.grants.isEnded(claims['uti'])) throw new BearerRefused();
  return claims;
}
