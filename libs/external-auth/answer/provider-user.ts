import { textOf, unwrapped } from './fields';
import { isObject } from './json-object';

/** What an answer says about the person. */
export interface ProviderUser {
  /** Counts only where no token says it; all else is no key (design section 3). */
  objectId: string | null;
  name: string | null;
  email: string | null;
  preferredUsername: string | null;
}

/** Reads `user` of a token answer, or the claims of a token: the names are the same. */
export function readUser(value: unknown): ProviderUser | null {
  if (!isObject(value)) return null;
  return {
    objectId: textOf(value, 'objectId'),
    name: textOf(value, 'name'),
    email: textOf(value, 'email'),
    preferredUsername: textOf(value, 'preferredUsername'),
  };
}

/** Reads a user info answer: the user itself, or wrapped in `data`, `user` or both. */
export function readUserInfo(answer: Record<string, unknown>): ProviderUser | null {
  const inner = unwrapped(answer);
  return readUser(isObject(inner['user']) ? inner['user'] : inner);
}
