import { randomBytes } from 'node:crypto';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { DatabaseModule } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import { AuditModule, MetricsModule } from '@cutover/operations';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RolloutModule } from '../../rollout.module';
import { RolloutService } from '../../rollout.service';
import { BackupService } from '../backup.service';
import { LastVerifiedBackup } from '../last-verified-backup';
import { type RestoreRequest, RestoreService } from '../restore/restore.service';

export const OLGA = { userId: null, name: 'cli:olga' };
const SECRETS = {
  LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
  TOKEN_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: `k:${randomBytes(32).toString('base64')}`,
  BACKUP_KEY: randomBytes(32).toString('base64'),
};

/** A program that makes backups and restores them, on one database. */
export class Program {
  constructor(readonly context: INestApplicationContext) {}

  static async on({ url }: TestDatabase, settings: Record<string, string> = {}): Promise<Program> {
    const loaded = loadSettings({ ...SECRETS, DATABASE_URL: url, ...settings });
    const module = {
      module: class {},
      imports: [
        ConfigurationModule.forRoot(loaded),
        DatabaseModule.forRoot(),
        MetricsModule,
        AuditModule,
        RolloutModule,
      ],
    };
    return new Program(await NestFactory.createApplicationContext(module, { logger: false }));
  }

  readonly rollout = this.context.get(RolloutService, { strict: false });
  readonly lastBackup = () => this.context.get(LastVerifiedBackup, { strict: false }).at();
  readonly backup = (to: string, plaintext = false, onStart?: () => void) =>
    this.context
      .get(BackupService, { strict: false })
      .make({ to, plaintext, by: OLGA.name, dryRun: false, ...(onStart && { onStart }) });
  readonly restore = (from: string, rest: Partial<RestoreRequest> = {}) =>
    this.context
      .get(RestoreService, { strict: false })
      .restore({ from, plaintext: false, acceptPrivileges: false, by: OLGA.name, dryRun: false, ...rest });
}
