import { Injectable } from '@nestjs/common';
import type { EncryptionKey } from '@cutover/config';
import { AuditKeys } from './audit-keys';
import { type Authenticity, macOf } from './authentication';
import type { Proof, TrailRow } from './trail-row';

/** What the MAC of an entry is over, beside its place among its writer's. Not its id, which the database gives it. */
export type Told = Omit<TrailRow, 'id' | 'proof'>;

export const entryMac = (
  key: EncryptionKey,
  { writer, boot, number }: Omit<Proof, 'kid' | 'mac'>,
  told: Told,
) =>
  macOf(key, 'cutover.audit.entry.1', [
    writer,
    boot,
    number,
    told.at,
    told.actor,
    told.action,
    told.subject,
    told.outcome,
    told.code,
    told.address,
    told.requestId,
    told.detail,
    told.fact,
  ]);

/** Tells entries that a holder of the key wrote from all others. */
@Injectable()
export class EntryProof {
  constructor(private readonly keys: AuditKeys) {}

  of({ proof, ...told }: TrailRow): Authenticity {
    if (proof === null) return 'forged';
    return this.keys.judge(proof.kid, proof.mac, (key) => entryMac(key, proof, told));
  }
}
