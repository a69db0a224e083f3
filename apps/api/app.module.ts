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
  AuditSealingModule,
  HealthModule,
  LoggingModule,
  MetricsEndpointModule,
  MetricsModule,
} from '@cutover/operations';
import { GuardrailModule, RolloutModule } from '@cutover/rollout';
import { SessionsModule, TokenRefreshJob, TokenRefreshModule } from '@cutover/sessions';
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
        AuditSealingModule,
        ExternalAuthModule,
        ExternalProbeModule,
        SessionsModule,
        TokenRefreshModule,
        RolloutModule,
        GuardrailModule,
        AuthModule,
        HealthModule.forRootAsync({
          imports: [DatabaseModule, ExternalAuthModule, TokenRefreshModule],
          inject: [DatabaseHealth, ExternalAvailability, ProviderCircuits, TokenRefreshJob],
          useFactory: (
            database: DatabaseHealth,
            external: ExternalAvailability,
            circuits: ProviderCircuits,
            refreshJob: TokenRefreshJob,
          ) => healthComponents(settings, database, external, circuits, refreshJob),
        }),
      ],
      providers: [RefreshesInHand],
    };
  }
}
