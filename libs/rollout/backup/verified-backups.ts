import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { LastVerifiedBackup } from './last-verified-backup';

export interface VerifiedBackup {
  /** When the data was read, epoch milliseconds. */
  takenAt: number;
  by: string;
  /** Without its folder. */
  file: string;
  /** Of the file, in hexadecimal. */
  sha256: string;
  encrypted: boolean;
  users: number;
}

/** Backups that were written and read back. That a file still exists, and the key to it, nobody here can know. */
@Injectable()
export class VerifiedBackups extends LastVerifiedBackup {
  constructor(private readonly database: Database) {
    super();
  }

  async at(): Promise<number | null> {
    const [row] = await this.database.query<{ last: number | string | null }>(
      `SELECT MAX(taken_at) AS last FROM cutover_backups`,
    );
    return row?.last == null ? null : Number(row.last);
  }

  async record({ takenAt, by, file, sha256, encrypted, users }: VerifiedBackup): Promise<void> {
    await this.database.execute(
      `INSERT INTO cutover_backups (taken_at, verified_at, made_by, file, sha256, encrypted, users)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [takenAt, Date.now(), by, [...file].slice(0, 255).join(''), sha256, encrypted ? 1 : 0, users],
    );
  }
}
