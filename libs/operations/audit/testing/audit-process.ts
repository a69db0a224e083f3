import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import type { DataSource } from 'typeorm';
import { Metrics } from '../../metrics/metrics';
import { AuditTrail } from '../audit-trail';
import { AuditExport } from '../export/audit-export';
import { AuditPruning } from '../retention/audit-pruning';
import { ChainAcknowledgement } from '../retention/chain-acknowledgement';
import { AuditChain } from '../sealing/audit-chain';
import { AuditKeys } from '../sealing/audit-keys';
import { AuditSealer } from '../sealing/audit-sealer';
import { ChainVerification } from '../verification/chain-verification';
import { UnsealedEntries } from '../verification/unsealed-entries';

/** A key as AUDIT_KEYS takes it. */
export const auditKey = (kid: string) => `${kid}:${Buffer.alloc(32, kid).toString('base64')}`;

/** A migrated database for tests of the audit trail. */
export class AuditScratch {
  private constructor(
    private readonly scratch: TestDatabase,
    private readonly dataSource: DataSource,
    readonly database: Database,
  ) {}

  static async on(scratch: TestDatabase): Promise<AuditScratch> {
    const dataSource = await openDataSource(scratch.connection);
    await new Migrator(dataSource).migrate();
    return new AuditScratch(scratch, dataSource, new Database(dataSource));
  }

  /** Ids count from 1 again. */
  async empty(): Promise<void> {
    const { engine } = this.database;
    for (const table of ['audit_log', 'cutover_audit_seals'])
      await this.database.execute(engine === 'mysql' ? `TRUNCATE ${table}` : `DELETE FROM ${table}`);
    await this.database.execute(
      `UPDATE cutover_audit_chain SET sequence = 0, hmac = '', lease_owner = NULL, lease_until = NULL, broken_at = NULL`,
    );
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.scratch.drop();
  }
}

/** The audit trail as one process of several has it, for any number of them over one pool of connections. */
export class AuditProcess {
  readonly metrics = new Metrics();
  readonly chain = new AuditChain(this.database);
  readonly audit = new AuditTrail(this.database);
  readonly keys: AuditKeys;
  readonly sealer: AuditSealer;
  readonly verification: ChainVerification;
  readonly pruning: AuditPruning;
  readonly acknowledgement = new ChainAcknowledgement(this.database, this.chain, this.audit);
  readonly export = new AuditExport(this.database);

  constructor(
    readonly database: Database,
    ...kids: string[]
  ) {
    const settings = loadSettings({
      LOCAL_JWT_SECRET: 'x'.repeat(32),
      TOKEN_ENCRYPTION_KEYS: auditKey('tokens'),
      AUDIT_KEYS: (kids.length > 0 ? kids : ['k1']).map(auditKey).join(),
    });
    this.keys = new AuditKeys(this.database, new SettingsService(settings));
    this.sealer = new AuditSealer(this.database, this.chain, this.keys, this.audit, this.metrics);
    const unsealed = new UnsealedEntries(this.database);
    this.verification = new ChainVerification(this.chain, this.keys, unsealed);
    this.pruning = new AuditPruning(this.database, this.chain, this.sealer, this.verification, this.audit);
  }

  /** Entries of nobody in particular, sealed unless it says otherwise. */
  async write(count: number, sealed = true): Promise<void> {
    for (let entry = 0; entry < count; entry++)
      await this.audit.record({ action: 'sign_in', actor: `user:${entry}`, outcome: 'success' });
    if (sealed) await this.sealer.seal();
  }
}
