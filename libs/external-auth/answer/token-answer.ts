import { fieldOf, textOf, unwrapped } from './fields';
import type { JsonObject } from './json-object';
import { readUser, type ProviderUser } from './provider-user';

/** What login and refresh answer (RFC 6749 section 5.1), in our words. */
export interface TokenAnswer {
  accessToken: string;
  idToken: string | null;
  refreshToken: string | null;
  /** Seconds. */
  expiresIn: number | null;
  user: ProviderUser | null;
}

/** An answer that is JSON, and is not what the contract says. */
export class AnswerNotUnderstood extends Error {}

/** @throws AnswerNotUnderstood */
export function readTokenAnswer(json: JsonObject): TokenAnswer {
  const answer = unwrapped(json);
  const accessToken = textOf(answer, 'accessToken');
  if (accessToken === null) throw new AnswerNotUnderstood('no access token');
  const tokenType = fieldOf(answer, 'tokenType');
  // RFC 6749 section 7.1: a token of a type that is not understood must not be used.
  if (tokenType !== undefined && String(tokenType).toLowerCase() !== 'bearer') {
    throw new AnswerNotUnderstood('token type is not Bearer');
  }
  return {
    accessToken,
    idToken: textOf(answer, 'idToken'),
    refreshToken: textOf(answer, 'refreshToken'),
    expiresIn: seconds(fieldOf(answer, 'expiresIn')),
    user: readUser(fieldOf(answer, 'user')),
  };
}

/** A number, or some providers' decimal string; whatever else there is leaves it to the token's own `exp`. */
function seconds(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : null;
}
