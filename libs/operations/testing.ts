export {
  AuditProcess,
  AuditScratch,
  auditKey,
  auditTrailOn,
  emptyAuditTrail,
} from './audit/testing/audit-process';
