import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EncryptionKey } from '@cutover/config';

type Value = string | number | null;

/** `unknown key`: it names a key that is not in AUDIT_KEYS. */
export type Authenticity = 'proven' | 'forged' | 'unknown key';

/** What is authenticated: an entry, a writer's mark, what was pruned of a writer, the root. No text of one is one of another. */
export type Purpose =
  'cutover.audit.entry.1' | 'cutover.audit.mark.1' | 'cutover.audit.pruned.1' | 'cutover.audit.root.1';

/**
 * HMAC-SHA256 (RFC 2104) in base64url over a JSON array (RFC 8785: no white space, shortest numbers) of a fixed length
 * for each purpose: no two have the same text.
 */
export const macOf = ({ kid, key }: EncryptionKey, purpose: Purpose, values: readonly Value[]): string =>
  createHmac('sha256', key)
    .update(JSON.stringify([purpose, kid, ...values]))
    .digest('base64url');

/** Whether it is the one that was expected, in a time that does not tell how far it agrees. */
export function isSame(mac: string, expected: string): boolean {
  const [one, other] = [Buffer.from(mac), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
