import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { databaseId } from './database-id';
import { backupContent } from './backup-content';
import { BackupKeys } from './backup-keys';
import { BackupReader, type VerifiedFile } from './format/backup-reader';
import type { Counts } from './format/records';
import { PrivateFile } from './format/private-file';
import { sealed } from './format/sealed-chunks';
import { type Tables, tablesOf } from './tables';
import { VerifiedBackups } from './verified-backups';

export interface BackupRequest {
  to: string;
  /** Without encryption. */
  plaintext: boolean;
  by: string;
  dryRun: boolean;
  /** @param total users */
  onStart?: (total: number) => void;
  /** @param done of them */
  onProgress?: (done: number) => void;
}

export interface BackedUp extends Counts {
  file: string;
  /** When the data was read, epoch milliseconds. */
  takenAt: number;
  encrypted: boolean;
  /** Of the file; `null` in a dry run. */
  sha256: string | null;
}

/** Writes everything that a way back needs into one file, of one instant, and reads it back. */
@Injectable()
export class BackupService {
  constructor(
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
    private readonly keys: BackupKeys,
    private readonly backups: VerifiedBackups,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * @throws ConfigurationError without BACKUP_KEY, PlaintextRefused, BackupFileRefused for a file that cannot be
   * written; an Error where what was written is not what can be read back
   */
  async make(request: BackupRequest): Promise<BackedUp> {
    const key = this.keys.keyFor(request.plaintext);
    const about = { file: request.to, encrypted: key !== null };
    if (request.dryRun) {
      const counts = await this.database.snapshot(() => this.count());
      return { ...about, ...counts, takenAt: Date.now(), sha256: null };
    }
    const file = await PrivateFile.create(request.to);
    try {
      const { takenAt, sha256 } = await this.write(file, key, request);
      const verified = await new BackupReader(file.unfinished, key).verify();
      if (verified.sha256 !== sha256)
        throw new Error(`${request.to}: what was written is not what is read back.`);
      await file.publish();
      await this.record(request, about.encrypted, verified);
      return { ...about, ...verified.counts, takenAt, sha256 };
    } catch (error) {
      await file.abandon();
      throw error;
    }
  }

  private write(
    file: PrivateFile,
    key: Buffer | null,
    { onStart, onProgress }: BackupRequest,
  ): Promise<{ takenAt: number; sha256: string }> {
    return this.database.snapshot(async () => {
      const takenAt = Date.now();
      const tables = await tablesOf(this.database);
      onStart?.(await tables.users.count());
      const content = backupContent(
        tables,
        {
          takenAt,
          engine: this.database.engine,
          databaseId: await databaseId(this.database),
          policy: await this.policies.latest(),
        },
        (done) => onProgress?.(done),
      );
      return { takenAt, sha256: await file.write(key === null ? content : sealed(content, key)) };
    });
  }

  private async count(): Promise<Counts> {
    const { users, runs, changes }: Tables = await tablesOf(this.database);
    return { users: await users.count(), runs: await runs.count(), changes: await changes.count() };
  }

  private record({ to, by }: BackupRequest, encrypted: boolean, { header, counts, sha256 }: VerifiedFile) {
    return this.database.transaction(async () => {
      const { takenAt } = header;
      await this.backups.record({ takenAt, by, file: basename(to), sha256, encrypted, users: counts.users });
      await this.audit.record({
        action: 'backup.made',
        actor: by,
        subject: `backup:${sha256}`,
        outcome: 'success',
        detail: { ...counts, encrypted },
      });
    });
  }
}
