import type { ProviderIdentity } from '@cutover/external-auth';
import { isAddress, namesEqual, type UserRecord } from '@cutover/users';

/** Who came to whom, and by which name. */
export interface Meeting {
  identity: ProviderIdentity;
  typed: TypedName;
}

type Account = Pick<UserRecord, 'username' | 'email' | 'role' | 'externalUserId'>;

/** By which name somebody came. */
export interface TypedName {
  username: string;
  sentUsername: string;
}

/**
 * Why a first meeting must not link an account to an identity, whatever else proves it; `null` where it may
 * (design section 4): the typed name was this account's alone, the other side knows the person by it, and nothing speaks
 * against it. That alone is no proof: `linkProof`.
 */
export function linkObjection(
  user: Account,
  identity: ProviderIdentity,
  { username, sentUsername }: TypedName,
): string | null {
  if (user.externalUserId !== null) return 'the account is linked to another identity';
  if (user.role === 'admin') return 'administrators are linked by an operator only';
  if (!namesEqual(user.username, username)) return 'the typed name is not the account’s';
  if (identity.preferredUsername !== null && !isNameSent(identity.preferredUsername, sentUsername)) {
    return 'the identity goes by another name than the one that was sent';
  }
  const [ours, theirs] = [user.email, identity.email].filter((email) => email !== null && isAddress(email));
  if (ours != null && theirs != null && !namesEqual(ours, theirs)) return 'the e-mail addresses differ';
  return null;
}

/** `sent`, or `sent@domain`. */
function isNameSent(preferredUsername: string, sent: string): boolean {
  if (namesEqual(preferredUsername, sent)) return true;
  const at = preferredUsername.lastIndexOf('@');
  return !sent.includes('@') && at > 0 && namesEqual(preferredUsername.slice(0, at), sent);
}
