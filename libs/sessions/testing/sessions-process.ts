import { randomBytes } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { DatabaseModule, Migrator } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import { AuditModule, MetricsModule } from '@cutover/operations';
import { TokenRefreshModule } from '../refresh/token-refresh.module';
import { SessionsModule } from '../sessions.module';

const SECRETS = {
  LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
  TOKEN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: `test:${randomBytes(32).toString('base64')}`,
};

/** This lib as one process of several has it, whose job runs when a test says so. */
export async function sessionsProcess(
  database: TestDatabase,
  environment: Record<string, string | undefined>,
): Promise<TestingModule> {
  const settings = loadSettings({
    NODE_ENV: 'test',
    ...SECRETS,
    DATABASE_URL: database.url,
    TOKEN_REFRESH_INTERVAL: '3600',
    EXTERNAL_AUTH_CIRCUIT_FAILURES: '100',
    ...environment,
  });
  const module = await Test.createTestingModule({
    imports: [
      ConfigurationModule.forRoot(settings),
      DatabaseModule.forRoot(),
      MetricsModule,
      AuditModule,
      SessionsModule,
      TokenRefreshModule,
    ],
  }).compile();
  module.useLogger(false);
  await module.init();
  await module.get(Migrator, { strict: false }).migrate();
  return module;
}
