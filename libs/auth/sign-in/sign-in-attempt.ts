import { NotAuthenticated } from '@cutover/contracts';
import type { UserRecord } from '@cutover/users';
import type { FastifyRequest } from 'fastify';

/** What the guard found out before a strategy checks the password. */
export interface SignInAttempt {
  /** As it was typed. */
  username: string;
  /** The one row that the name stands for; `null` when there is none, or more than one. */
  user: UserRecord | null;
}

export interface SignInHttpRequest extends FastifyRequest {
  signInAttempt?: SignInAttempt;
}

export function attemptOf(request: SignInHttpRequest): SignInAttempt {
  if (!request.signInAttempt) throw new NotAuthenticated({ cause: 'a strategy ran without SignInGuard' });
  return request.signInAttempt;
}
