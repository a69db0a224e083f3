import { textOf, unwrapped } from './fields';
import { isObject } from './json-object';

/** What an answer says about the person. */
export interface ProviderUser {
  /** Counts only where no token says it; all else is no key (design section 3). */
  objectId: string | null;
  name: string | null;
  email: string | null;
  /** A claim beside the e-mail says that nobody has verified it; most answers have no such claim. */
  emailDisowned: boolean;
  preferredUsername: string | null;
}

/** OIDC Core section 5.1, and Entra's "email domain owner verified". */
const VERIFIED_CLAIMS = ['email_verified', 'emailVerified', 'xms_edov'];

/** Where such a claim is there, only a clear yes is one. */
const isDenied = (claim: unknown) =>
  claim !== undefined && claim !== null && ![true, 1, 'true', '1'].includes(claim as string);

/** Reads `user` of a token answer, or the claims of a token: the names are the same. */
export function readUser(value: unknown): ProviderUser | null {
  if (!isObject(value)) return null;
  return {
    objectId: textOf(value, 'objectId'),
    name: textOf(value, 'name'),
    email: textOf(value, 'email'),
    emailDisowned: VERIFIED_CLAIMS.some((claim) => isDenied(value[claim])),
    preferredUsername: textOf(value, 'preferredUsername'),
  };
}

/** Reads a user info answer: the user itself, or wrapped in `data`, `user` or both. */
export function readUserInfo(answer: Record<string, unknown>): ProviderUser | null {
  const inner = unwrapped(answer);
  return readUser(isObject(inner['user']) ? inner['user'] : inner);
}
