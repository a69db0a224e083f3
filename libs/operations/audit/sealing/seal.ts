import { createHmac } from 'node:crypto';
import type { EncryptionKey } from '@cutover/config';
import type { TrailRow } from '../trail-row';

/** A place in the chain. */
export interface Place {
  /** Counts from 1, without a gap. */
  sequence: number;
  /** The seal before this one; empty before the first. */
  previous: string;
}

/**
 * HMAC-SHA256 (RFC 2104) in base64url over a JSON array (RFC 8785: no white space, shortest numbers) of a fixed length:
 * no two entries, and no two places, have the same text. The first release's has no MAC of the entry. docs/audit.md
 * names the elements of both for whoever checks them without this code.
 */
export function sealOf({ kid, key }: EncryptionKey, { sequence, previous }: Place, row: TrailRow): string {
  const { id, at, actor, action, subject, outcome, code, address, requestId, detail, fact, proof } = row;
  const place = [kid, sequence, previous, id];
  const told = [at, actor, action, subject, outcome, code, address, requestId, detail];
  const text =
    proof === null
      ? ['cutover.audit.1', ...place, ...told]
      : [
          'cutover.audit.2',
          ...place,
          ...told,
          fact,
          proof.writer,
          proof.boot,
          proof.number,
          proof.kid,
          proof.mac,
        ];
  return createHmac('sha256', key).update(JSON.stringify(text)).digest('base64url');
}
