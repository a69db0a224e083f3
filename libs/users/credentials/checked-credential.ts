import { createHash } from 'node:crypto';

/**
 * What a sign-in was checked against, as it stood then.
 *
 * - `password`: the hash in the person's row
 * - `break_glass`: the hash of their break-glass credentials
 * - `link`: the Entra object id that the external side answered with
 */
export interface CheckedCredential {
  kind: 'password' | 'break_glass' | 'link';
  /** SHA-256 of it: what goes around is no hash that could be tried. */
  digest: string;
}

export const checkedCredential = (kind: CheckedCredential['kind'], stored: string): CheckedCredential => ({
  kind,
  digest: createHash('sha256').update(stored).digest('base64url'),
});
