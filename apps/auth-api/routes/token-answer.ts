import type { FastifyReply } from 'fastify';
import type { AnswerShape } from '../control/faults';
import type { Person } from '../people/person';
import type { StandIn } from '../stand-in';
import type { Grant } from '../tokens/refresh-grants';
import { sendTokenAnswer } from './send-token-answer';
import { userOf } from './user-of';

/** Answers login and refresh: new tokens of a grant, in the shape that the control route ordered. */
export async function answerWithTokens(
  standIn: StandIn,
  person: Person,
  grant: Grant,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { shape } = standIn.faults;
  const accessToken = await standIn.tokens.accessToken(person, shape);
  grant.remember(accessToken.uti);
  const answer = {
    access_token: shape.accessToken === 'jwt' ? accessToken.jwt : standIn.opaque.standFor(accessToken.jwt),
    token_type: 'Bearer',
    ...expiry(shape, standIn.tokens.lifetime),
    ...(shape.refreshToken ? { refresh_token: grant.nextRefreshToken() } : {}),
    ...(shape.idToken ? { id_token: await standIn.tokens.idToken(person, shape) } : {}),
    ...(shape.user ? { user: userOf(person) } : {}),
    ...(shape.extraField ? { x_unknown: { added: ['later'] } } : {}),
  };
  return sendTokenAnswer(reply, shape, answer);
}

/** Seconds, or some providers' decimal string. */
function expiry({ expiresIn }: AnswerShape, lifetime: number): { expires_in?: number | string } {
  if (expiresIn === 'absent') return {};
  return { expires_in: expiresIn === 'number' ? lifetime : String(lifetime) };
}
