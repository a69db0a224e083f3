import type { ProviderIdentity } from '@cutover/external-auth';
import { namesEqual, type UserRecord } from '@cutover/users';

/**
 * What shows that an account and an identity are one person's (design section 4).
 *
 * - `username_upn`: the username is the whole user principal name
 * - `email`: both sides have the same e-mail address, besides the name
 * - `local_password`: the person also knew the password of the account
 * - `shadow`: one password opened both sides
 */
export type LinkProof = 'username_upn' | 'email' | 'local_password' | 'shadow';

/**
 * What a first meeting shows by itself, where `linkObjection` has nothing against it. `null`: the two may be homonyms,
 * since other people's names have the same local part in another domain, or got it after somebody left.
 */
export function linkProof(
  { username, email }: Pick<UserRecord, 'username' | 'email'>,
  { preferredUsername, email: address, emailDisowned }: ProviderIdentity,
): 'username_upn' | 'email' | null {
  if (username.includes('@') && preferredUsername !== null && namesEqual(username, preferredUsername))
    return 'username_upn';
  if (email !== null && address !== null && !emailDisowned && namesEqual(email, address)) return 'email';
  return null;
}
