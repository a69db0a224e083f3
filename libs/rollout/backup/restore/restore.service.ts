import { basename } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { Database, isDuplicate } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { ActiveSessions, SessionEnds } from '@cutover/sessions';
import { UserRepository } from '@cutover/users';
import { RolloutPolicyStore } from '../../policy/rollout-policy.store';
import { BackupKeys } from '../backup-keys';
import { databaseId } from '../database-id';
import { BackupFileRefused, PrivilegesRefused, RestoreConflict } from '../errors';
import { BackupReader, type VerifiedFile } from '../format/backup-reader';
import type { BackedUpPerson, Row } from '../format/records';
import { add, named } from '../named-people';
import { type Tables, tablesFor } from '../tables';
import { LedgerRestoration } from './ledger-restoration';
import { type Pass, passOf } from './pass';
import { PeopleRestoration } from './people-restoration';
import { emptyReport, GAINS, type RestoreReport } from './restore-report';
import { restoredPolicy } from './restored-policy';

export interface RestoreRequest {
  from: string;
  plaintext: boolean;
  acceptPrivileges: boolean;
  /** Also a backup that was made of another database. */
  acceptOtherDatabase?: boolean;
  by: string;
  dryRun: boolean;
  /** @param total users */
  onStart?: (total: number) => void;
  /** @param done of them */
  onProgress?: (done: number) => void;
}

export interface Restored extends RestoreReport {
  /** When the data was read that the backup holds, epoch milliseconds. */
  takenAt: number;
  /** The backup does not say of which database it is: the first release made it. */
  unidentified: boolean;
  /** How many were ended, or would be. */
  sessions: number;
}

/** Rows compared and written at once; one statement has a few thousand parameters then. */
const BATCH = 200;

interface Source {
  reader: BackupReader;
  file: VerifiedFile;
  path: string;
  tables: Tables;
}

/**
 * Sets people, links, pins, policy and ledger back to a backup. Everything is written in one transaction: a process that
 * was killed leaves nothing of it, and running it again ends where an undisturbed one does.
 */
@Injectable()
export class RestoreService {
  private readonly logger = new Logger(RestoreService.name);

  constructor(
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
    private readonly keys: BackupKeys,
    private readonly sessions: ActiveSessions,
    private readonly ends: SessionEnds,
    private readonly users: UserRepository,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * In a dry run nothing but what the file or a conflict refuses is thrown: who would regain what is in the report.
   *
   * @throws ConfigurationError without BACKUP_KEY, PlaintextRefused, BackupFileRefused, RestoreConflict,
   * PrivilegesRefused, VersionConflict where somebody decides about the rollout meanwhile
   */
  async restore(request: RestoreRequest): Promise<Restored> {
    try {
      return await this.restored(request);
    } catch (error) {
      if (error instanceof ProblemError && !request.dryRun) await this.recordRefusal(request, error);
      throw error;
    }
  }

  private async restored(request: RestoreRequest): Promise<Restored> {
    const reader = new BackupReader(request.from, this.keys.keyFor(request.plaintext));
    const file = await reader.verify();
    const { takenAt } = file.header;
    const unidentified = file.header.databaseId === undefined;
    if (
      !unidentified &&
      !request.acceptOtherDatabase &&
      file.header.databaseId !== (await databaseId(this.database))
    )
      throw new BackupFileRefused(
        request.from,
        'is a backup of another database.',
        'If it is meant for this one, as after its loss, say --accept-other-database.',
      );
    const tables = await tablesFor(this.database, request.from, file.header);
    const source = { reader, file, path: request.from, tables };
    const planned = await this.database.snapshot(() => this.pass(source, request, false));
    if (request.dryRun)
      return {
        ...planned,
        takenAt,
        unidentified,
        sessions: await this.sessions.countOf({ timedOutToo: true }),
      };
    assertPermitted(planned, request);
    request.onStart?.(file.counts.users);
    const { report, signedIn } = await this.write(source, request);
    // Whoever is signed in was so under what is no more; who signs in from now on is not. Broken off, run it again.
    const sessions = await this.ends.endThese(signedIn, 'restored', request.by);
    return { ...report, takenAt, unidentified, sessions };
  }

  private async write(source: Source, request: RestoreRequest) {
    try {
      return await this.database.transaction(async () => {
        // First of all, so that nobody signs in until the end, and those who are signed in are known.
        if (this.database.engine === 'mysql')
          await this.database.query(`SELECT COUNT(*) AS people FROM users FORCE INDEX (PRIMARY) FOR UPDATE`);
        const signedIn = await this.sessions.allUnended();
        const report = await this.pass(source, request, true);
        assertPermitted(report, request);
        await this.forgetNames();
        await this.record(source.file, report, request.by);
        return { report, signedIn };
      });
    } catch (error) {
      // Somebody took a name in the moment between looking and writing.
      throw isDuplicate(error)
        ? new RestoreConflict({ count: 1, text: 'somebody who came just now' })
        : error;
    }
  }

  /** Names are looked up as after an installation, until a sweep (libs/users/names) has gone through them again. */
  private async forgetNames(): Promise<void> {
    await this.database.execute(`UPDATE cutover_name_sweep SET owner = NULL, due_at = 0`);
    await this.database.execute(`DELETE FROM cutover_user_names`);
  }

  private async pass(source: Source, request: RestoreRequest, writes: boolean): Promise<RestoreReport> {
    const report = emptyReport();
    const pass = passOf(this.database, source.tables, writes);
    await this.records(source, pass, request, report);
    const { outcome, next } = restoredPolicy(await this.policies.latest(), source.file.header, request.by);
    report.policy = outcome;
    const testers = new Set((await this.policies.latest()).testUserIds);
    for (const id of next?.testUserIds ?? [])
      if (!testers.has(id)) add(report.privileges, { id, username: `user ${id}`, gains: 'test_user' });
    if (writes && next) await this.policies.add(next, request.by);
    return report;
  }

  private async records(
    { reader, file, path }: Source,
    pass: Pass,
    { by, onProgress }: RestoreRequest,
    report: RestoreReport,
  ): Promise<void> {
    const people = new PeopleRestoration(pass, report);
    const ledger = new LedgerRestoration(pass, by, report);
    let persons: BackedUpPerson[] = [];
    let changes: Row[] = [];
    const flush = async () => {
      const [somebody, some] = [persons, changes];
      [persons, changes] = [[], []];
      const replaced = somebody.length > 0 ? await people.batch(somebody) : [];
      if (pass.writes) await this.users.recordCredentialChanges(replaced, Date.now());
      if (some.length > 0) await ledger.changes(some);
      if (pass.writes && somebody.length > 0) onProgress?.(report.users);
    };
    const records = reader.records(() => undefined);
    let next = await records.next();
    for (; !next.done; next = await records.next()) {
      const record = next.value;
      if ('user' in record) persons.push(record);
      else if ('change' in record) changes.push(record.change);
      if ('run' in record) {
        await flush();
        await ledger.run(record.run);
      } else if (persons.length + changes.length === BATCH) await flush();
    }
    await flush();
    if (next.value.sha256 !== file.sha256)
      throw new BackupFileRefused(
        path,
        'was changed while it was read.',
        'Take a copy that nobody writes to.',
      );
    await people.finish();
    await ledger.finish();
  }

  /** Who tried, with which file, and why nothing came of it. The answer is the refusal, whether or not this succeeds. */
  private async recordRefusal({ from, by }: RestoreRequest, { code }: ProblemError): Promise<void> {
    const entry = { action: 'backup.restored', actor: by, outcome: 'failure', code } as const;
    await this.audit.record({ ...entry, detail: { file: basename(from) } }).catch((failure: unknown) => {
      this.logger.error({ err: failure }, 'a refused restore is not in the audit trail');
    });
  }

  private record(
    { header, sha256 }: VerifiedFile,
    { users, changed, added, left, pins, policy, privileges }: RestoreReport,
    by: string,
  ): Promise<void> {
    return this.audit.record({
      action: 'backup.restored',
      actor: by,
      subject: `backup:${sha256}`,
      outcome: 'success',
      detail: {
        takenAt: header.takenAt,
        users,
        changed: changed.count,
        added: added.count,
        left: left.count,
        pins,
        policy,
        privileges: privileges.count,
      },
    });
  }
}

function assertPermitted({ privileges }: RestoreReport, { acceptPrivileges }: RestoreRequest): void {
  if (acceptPrivileges || privileges.count === 0) return;
  throw privilegesRefused({ privileges });
}

/** Names them, with what each would be again. */
export const privilegesRefused = ({ privileges }: Pick<RestoreReport, 'privileges'>) =>
  new PrivilegesRefused(named(privileges, ({ gains }) => ` ${GAINS[gains]}`));
