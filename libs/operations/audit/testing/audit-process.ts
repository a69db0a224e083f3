import { SchedulerRegistry } from '@nestjs/schedule';
import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import type { DataSource } from 'typeorm';
import { Metrics } from '../../metrics/metrics';
import { AuditKeys } from '../audit-keys';
import { AuditPages } from '../audit-pages';
import { type AuditEntry, AuditTrail } from '../audit-trail';
import { EntryProof } from '../entry-proof';
import { AuditExport } from '../export/audit-export';
import { AuditFacts } from '../facts/audit-facts';
import { AuditPruning } from '../retention/audit-pruning';
import { ChainAcknowledgement } from '../retention/chain-acknowledgement';
import { PrunedSets } from '../retention/pruned-sets';
import { TrailRoot } from '../root/trail-root';
import { AuditBacklog } from '../sealing/audit-backlog';
import { CurrentChain, EarlierChain } from '../sealing/audit-chain';
import { AuditSealer } from '../sealing/audit-sealer';
import { AuditSealingJob } from '../sealing/audit-sealing-job';
import { ChainAlarm } from '../sealing/chain-alarm';
import { EarlierPart } from '../sealing/earlier-part';
import { RootCheck } from '../sealing/root-check';
import { ChainVerification } from '../verification/chain-verification';
import { AuditMarking } from '../writing/audit-marking';
import { AuditWriter } from '../writing/audit-writer';
import { WriterMarks } from '../writing/writer-marks';

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

  empty(): Promise<void> {
    return emptyAuditTrail(this.database);
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.scratch.drop();
  }
}

const OWN = [
  'cutover_audit_log',
  'cutover_audit_log_seals',
  'cutover_audit_writers',
  'cutover_audit_evidence',
];

/** As after the schema's steps; ids count from the first again. */
export async function emptyAuditTrail(database: Database): Promise<void> {
  for (const table of ['audit_log', 'cutover_audit_seals', ...OWN])
    await database.execute(`DELETE FROM ${table}`);
  if (database.engine === 'mysql')
    for (const [table, first] of [
      ['audit_log', 1],
      ['cutover_audit_log', 10_000_000_001],
    ] as const)
      await database.execute(`ALTER TABLE ${table} AUTO_INCREMENT = ${first}`);
  await database.execute(
    `UPDATE cutover_audit_chain SET sequence = 0, hmac = '', lease_owner = NULL, lease_until = NULL, broken_at = NULL`,
  );
  await database.execute(
    `UPDATE cutover_audit_log_chain SET sequence = 0, hmac = '', writers = 0, pruned_to = 0, pruned_hmac = '',
         earlier_to = NULL, earlier_hmac = '', earlier_pruned_to = 0, earlier_pruned_hmac = '', lease_owner = NULL,
         lease_until = NULL, broken_at = NULL, broken_reason = NULL, kid = '', mac = ''`,
  );
}

/** The audit trail as one process of several has it, for any number of them over one pool of connections. */
export class AuditProcess {
  readonly metrics = new Metrics();
  readonly chain = new CurrentChain(this.database);
  readonly earlier = new EarlierChain(this.database);
  readonly keys: AuditKeys;
  readonly root: TrailRoot;
  readonly marks: WriterMarks;
  readonly writer: AuditWriter;
  readonly audit: AuditTrail;
  readonly marking: AuditMarking;
  readonly sealer: AuditSealer;
  readonly backlog: AuditBacklog;
  /** What an API does each second, beside its marks. */
  readonly job: AuditSealingJob;
  readonly verification: ChainVerification;
  readonly pruning: AuditPruning;
  readonly acknowledgement: ChainAcknowledgement;
  readonly facts: AuditFacts;
  readonly pages = new AuditPages(this.database);
  readonly export = new AuditExport(this.database);

  constructor(
    readonly database: Database,
    ...kids: string[]
  ) {
    const { chain, earlier, metrics } = this;
    const auditKeys = (kids.length > 0 ? kids : ['k1']).map((kid) =>
      kid.includes(':') ? kid : auditKey(kid),
    );
    const settings = loadSettings({
      LOCAL_JWT_SECRET: 'x'.repeat(32),
      TOKEN_ENCRYPTION_KEYS: auditKey('tokens'),
      AUDIT_KEYS: auditKeys.join(),
    });
    const keys = new AuditKeys(database, new SettingsService(settings));
    const root = new TrailRoot(database, keys);
    const marks = new WriterMarks(database, keys, root);
    const writer = new AuditWriter(database, keys, marks);
    const audit = new AuditTrail(writer);
    const proof = new EntryProof(keys);
    const part = new EarlierPart(earlier, keys);
    const alarm = new ChainAlarm(database, root, audit, metrics);
    const check = new RootCheck(database, chain, earlier, keys, marks);
    const sealer = new AuditSealer(database, chain, part, root, check, proof, keys, marks, alarm, metrics);
    const verification = new ChainVerification(database, root, chain, earlier, marks, proof, keys);
    [this.keys, this.root, this.marks, this.writer, this.audit] = [keys, root, marks, writer, audit];
    [this.sealer, this.verification] = [sealer, verification];
    this.marking = new AuditMarking(writer, alarm);
    this.backlog = new AuditBacklog(root, chain, earlier, part);
    const { backlog, marking } = this;
    this.job = new AuditSealingJob(new SchedulerRegistry(), backlog, writer, marking, sealer, metrics);
    const sets = new PrunedSets(database, marks, proof, keys);
    this.pruning = new AuditPruning(database, chain, earlier, root, sealer, verification, audit, sets);
    this.acknowledgement = new ChainAcknowledgement(database, root, earlier, part, marks, sealer, audit);
    this.facts = new AuditFacts(database, proof, marks);
  }

  /** Entries of nobody in particular, sealed unless it says otherwise. */
  async write(count: number, sealed = true): Promise<void> {
    for (let entry = 0; entry < count; entry++)
      await this.audit.record({ action: 'sign_in', actor: `user:${entry}`, outcome: 'success' });
    if (sealed) await this.sealer.seal();
  }

  /** As an orderly process does. */
  async end(): Promise<void> {
    await this.marking.end();
    await this.sealer.seal();
    await this.sealer.release();
  }

  /** An entry as it would have been written then. @param at epoch milliseconds */
  async backdated(at: number, entry: AuditEntry): Promise<void> {
    await this.audit.recordAll([{ ...this.audit.noted(entry), at }]);
  }
}

/** For tests that need a trail and look at nothing of it but its entries. */
export const auditTrailOn = (database: Database): AuditTrail => new AuditProcess(database).audit;
