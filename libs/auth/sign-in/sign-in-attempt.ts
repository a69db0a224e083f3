import { type AuthMode, NotAuthenticated } from '@cutover/contracts';
import type { UserRecord } from '@cutover/users';
import type { FastifyRequest } from 'fastify';

/** What the guard found out before a strategy checks the password. */
export interface SignInAttempt {
  /** As it was typed. */
  username: string;
  /** The one row that the name stands for; `null` when there is none, or more than one. */
  user: UserRecord | null;
  /** More than one row has that name under the rule. */
  ambiguous: boolean;
  /** `null` where the transport names none. */
  address: string | null;
  /** The browser's id, where this person has signed in with it before. */
  device: string | null;
  /** The side that was asked; absent where a rate limit stopped the attempt before. */
  side?: AuthMode;
  /** The external side was down, and the local one checks the password in its place. */
  fallback?: true;
}

export interface SignInHttpRequest extends FastifyRequest {
  signInAttempt?: SignInAttempt;
}

export function attemptOf(request: SignInHttpRequest): SignInAttempt {
  if (!request.signInAttempt) throw new NotAuthenticated({ cause: 'a strategy ran without SignInGuard' });
  return request.signInAttempt;
}
