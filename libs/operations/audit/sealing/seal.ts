import { createHmac } from 'node:crypto';
import type { EncryptionKey } from '@cutover/config';

/** An entry of the trail as it stands in the table. */
export interface TrailRow {
  id: number;
  /** Epoch milliseconds. */
  at: number;
  actor: string;
  action: string;
  subject: string | null;
  outcome: string;
  code: string | null;
  address: string | null;
  requestId: string | null;
  /** JSON, as it was written. */
  detail: string | null;
}

/** The columns of {@link TrailRow}, of the table `audit_log` under the name `a`. */
export const TRAIL_COLUMNS =
  'a.id, a.at, a.actor, a.action, a.subject, a.outcome, a.code, a.address, a.request_id AS requestId, a.detail';

/** Drivers give a BIGINT as a number or, where it is large, as text. */
export const trailRow = (row: TrailRow): TrailRow => ({
  id: Number(row.id),
  at: Number(row.at),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  code: row.code,
  address: row.address,
  requestId: row.requestId,
  detail: row.detail,
});

/** A place in the chain. */
export interface Place {
  /** Counts from 1, without a gap. */
  sequence: number;
  /** The seal before this one; empty before the first. */
  previous: string;
}

/**
 * HMAC-SHA256 (RFC 2104) in base64url over a JSON array (RFC 8785: no white space, shortest numbers) of a fixed length:
 * no two entries, and no two places, have the same text. docs/audit.md names its elements for whoever checks it without
 * this code.
 */
export function sealOf({ kid, key }: EncryptionKey, { sequence, previous }: Place, row: TrailRow): string {
  const { id, at, actor, action, subject, outcome, code, address, requestId, detail } = row;
  const text = JSON.stringify([
    'cutover.audit.1',
    kid,
    sequence,
    previous,
    id,
    at,
    actor,
    action,
    subject,
    outcome,
    code,
    address,
    requestId,
    detail,
  ]);
  return createHmac('sha256', key).update(text).digest('base64url');
}
