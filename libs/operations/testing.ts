export { AuditProcess, AuditScratch, auditKey } from './audit/testing/audit-process';
