import { Global, Module } from '@nestjs/common';
import { AuditPages } from './audit-pages';
import { AuditTrail } from './audit-trail';
import { AuditExport } from './export/audit-export';
import { AuditPruning } from './retention/audit-pruning';
import { ChainAcknowledgement } from './retention/chain-acknowledgement';
import { AuditChain } from './sealing/audit-chain';
import { AuditKeys } from './sealing/audit-keys';
import { AuditSealer } from './sealing/audit-sealer';
import { ChainVerification } from './verification/chain-verification';
import { UnsealedEntries } from './verification/unsealed-entries';

const PROVIDERS = [
  AuditTrail,
  AuditPages,
  AuditChain,
  AuditKeys,
  AuditSealer,
  ChainVerification,
  UnsealedEntries,
  AuditPruning,
  ChainAcknowledgement,
  AuditExport,
];

/** The audit trail, for every module; the modules of the settings, the database and the metrics must be there. */
@Global()
@Module({ providers: PROVIDERS, exports: PROVIDERS })
export class AuditModule {}
