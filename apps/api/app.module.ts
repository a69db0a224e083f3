import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '@cutover/auth';
import { ConfigurationModule, type Settings } from '@cutover/config';
import { DatabaseHealth, DatabaseModule } from '@cutover/database';
import {
  ExternalAuthModule,
  ExternalAvailability,
  ExternalProbeModule,
  ProviderCircuits,
} from '@cutover/external-auth';
import {
  AuditModule,
  HealthModule,
  LoggingModule,
  MetricsEndpointModule,
  MetricsModule,
} from '@cutover/operations';
import { AfterCleanupModule, GuardrailModule, RolloutModule } from '@cutover/rollout';
import { SessionsModule, TokenRefreshJob, TokenRefreshModule } from '@cutover/sessions';
import { LocalPasswords, UsersModule } from '@cutover/users';
import { healthComponents } from './health/health-components';
import { RefreshesInHand } from './refreshes-in-hand';

@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(settings),
        LoggingModule.forRoot(),
        DatabaseModule.forRoot(),
        MetricsModule,
        MetricsEndpointModule,
        AuditModule,
        ExternalAuthModule,
        ExternalProbeModule,
        SessionsModule,
        TokenRefreshModule,
        RolloutModule,
        GuardrailModule,
        AfterCleanupModule,
        AuthModule,
        HealthModule.forRootAsync({
          imports: [DatabaseModule, ExternalAuthModule, TokenRefreshModule, UsersModule],
          inject: [DatabaseHealth, ExternalAvailability, ProviderCircuits, TokenRefreshJob, LocalPasswords],
          useFactory: (
            database: DatabaseHealth,
            external: ExternalAvailability,
            circuits: ProviderCircuits,
            refreshJob: TokenRefreshJob,
            passwords: LocalPasswords,
          ) => healthComponents(settings, database, external, circuits, refreshJob, passwords),
        }),
      ],
      providers: [RefreshesInHand],
    };
  }
}
