import { Global, Module } from '@nestjs/common';
import { AuditKeys } from './audit-keys';
import { AuditPages } from './audit-pages';
import { AuditTrail } from './audit-trail';
import { EntryProof } from './entry-proof';
import { AuditExport } from './export/audit-export';
import { AuditFacts } from './facts/audit-facts';
import { AuditPruning } from './retention/audit-pruning';
import { ChainAcknowledgement } from './retention/chain-acknowledgement';
import { PrunedSets } from './retention/pruned-sets';
import { TrailRoot } from './root/trail-root';
import { AuditBacklog } from './sealing/audit-backlog';
import { CurrentChain, EarlierChain } from './sealing/audit-chain';
import { AuditSealer } from './sealing/audit-sealer';
import { ChainAlarm } from './sealing/chain-alarm';
import { EarlierPart } from './sealing/earlier-part';
import { RootCheck } from './sealing/root-check';
import { ChainVerification } from './verification/chain-verification';
import { AuditMarking } from './writing/audit-marking';
import { AuditWriter } from './writing/audit-writer';
import { WriterMarks } from './writing/writer-marks';

export const AUDIT_PROVIDERS = [
  AuditTrail,
  AuditWriter,
  AuditMarking,
  WriterMarks,
  TrailRoot,
  EntryProof,
  AuditFacts,
  AuditPages,
  CurrentChain,
  EarlierChain,
  EarlierPart,
  RootCheck,
  ChainAlarm,
  AuditBacklog,
  AuditKeys,
  AuditSealer,
  ChainVerification,
  PrunedSets,
  AuditPruning,
  ChainAcknowledgement,
  AuditExport,
];

/** The audit trail, for every module; the modules of the settings, the database and the metrics must be there. */
@Global()
@Module({ providers: AUDIT_PROVIDERS, exports: AUDIT_PROVIDERS })
export class AuditModule {}
