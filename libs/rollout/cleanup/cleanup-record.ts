import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';

/** Where the clean-up stands. Instants are epoch milliseconds. */
export interface CleanupState {
  sealedAt: number;
  sealedBy: string;
  /** Without its folder. */
  file: string;
  /** Of the file, in hexadecimal. */
  fileSha256: string;
  /** How many were sealed. */
  passwords: number;
  /** Of their content: what is removed must have the same. */
  passwordsSha256: string;
  /** Without local sign-in, as the gates were asked. */
  days: number;
  /** `null` while passwords may be there still. */
  completedAt: number | null;
}

/** The one row that says so, and the entries of the audit trail that go with it. */
@Injectable()
export class CleanupRecord {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /** `null` where nothing was sealed yet. */
  async find(): Promise<CleanupState | null> {
    const [row] = await this.database.query<CleanupState>(
      `SELECT sealed_at AS sealedAt, sealed_by AS sealedBy, file, file_sha256 AS fileSha256, passwords,
         passwords_sha256 AS passwordsSha256, days, completed_at AS completedAt FROM cutover_cleanup WHERE id = 1`,
    );
    return row
      ? {
          ...row,
          sealedAt: Number(row.sealedAt),
          completedAt: row.completedAt === null ? null : Number(row.completedAt),
        }
      : null;
  }

  /** In the place of an earlier seal that was never used. */
  async sealed(state: Omit<CleanupState, 'completedAt'>): Promise<void> {
    await this.database.transaction(async () => {
      await this.database.execute(`DELETE FROM cutover_cleanup WHERE id = 1`);
      await this.database.execute(
        `INSERT INTO cutover_cleanup
           (id, sealed_at, sealed_by, file, file_sha256, passwords, passwords_sha256, days)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
        [
          state.sealedAt,
          state.sealedBy,
          [...state.file].slice(0, 255).join(''),
          state.fileSha256,
          state.passwords,
          state.passwordsSha256,
          state.days,
        ],
      );
      await this.audit.record({
        action: 'cleanup.sealed',
        actor: state.sealedBy,
        subject: `passwords:${state.fileSha256}`,
        outcome: 'success',
        detail: { passwords: state.passwords, days: state.days },
      });
    });
  }

  /** Once, however often it is said. */
  async completed(by: string): Promise<void> {
    await this.database.transaction(async () => {
      const { affected } = await this.database.execute(
        `UPDATE cutover_cleanup SET completed_at = ? WHERE id = 1 AND completed_at IS NULL`,
        [Date.now()],
      );
      if (affected !== 1) return;
      await this.audit.record({
        action: 'cleanup.completed',
        actor: by,
        subject: 'users',
        outcome: 'success',
      });
    });
  }
}
