import { type AuthMode, NotAuthenticated } from '@cutover/contracts';
import type { UserRecord } from '@cutover/users';
import type { FastifyRequest } from 'fastify';

/** A browser that a person has signed in with before. */
export interface KnownDevice {
  id: string;
  userId: number;
}

/** How the external side is asked. */
export interface SentName {
  /** As it is sent. */
  username: string;
  /** HMACs of all names by which it may know this account, for the limits. */
  keys: readonly string[];
}

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
  /** Where the person who has this name has signed in with this browser before. */
  device: KnownDevice | null;
  /** Where the external side is asked. */
  sent?: SentName;
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
