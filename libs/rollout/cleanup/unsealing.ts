import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@cutover/operations';
import { BackupKeys } from '../backup/backup-keys';
import { BackupFileRefused } from '../backup/errors';
import { PrivateFile } from '../backup/format/private-file';
import { passwordLines, readSealedPasswords, type SealedPasswords } from './sealed-passwords';

export interface UnsealRequest {
  /** The file that the clean-up has sealed. */
  from: string;
  /** A file that is not there yet. */
  to: string;
  by: string;
  dryRun: boolean;
}

/** Opens a file of sealed passwords, for whoever has to answer for what was in it. */
@Injectable()
export class Unsealing {
  constructor(
    private readonly keys: BackupKeys,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Writes the passwords, as they were stored, into a file for its owner alone: a line of JSON for each person. The file
   * is read to its end first, and the audit trail knows of it before there is anything to be read.
   *
   * @returns what the file holds
   * @throws BackupFileRefused, ConfigurationError without BACKUP_KEY, ServiceUnavailable
   */
  async unseal({ from, to, by, dryRun }: UnsealRequest): Promise<SealedPasswords> {
    const key = this.keys.keyFor(false) as Buffer;
    const sealed = await readSealedPasswords(from, key);
    if (!sealed) throw new BackupFileRefused(from, 'is not there.', 'Check the path.');
    if (existsSync(to)) throw new BackupFileRefused(to, 'is there.', 'Name a file that does not exist yet.');
    if (dryRun) return sealed;
    const { passwords, fileSha256: sha256 } = sealed;
    await this.audit.record({
      action: 'cleanup.unsealed',
      actor: by,
      outcome: 'success',
      detail: { file: basename(from), passwords, sha256 },
    });
    const file = await PrivateFile.create(to);
    try {
      const read = createHash('sha256');
      await file.write(passwordLines(from, key, read));
      if (read.digest('hex') !== sha256)
        throw new BackupFileRefused(
          from,
          'was changed while it was read.',
          'Take a copy that nobody writes to.',
        );
      await file.publish();
      return sealed;
    } catch (error) {
      await file.abandon();
      throw error;
    }
  }
}
