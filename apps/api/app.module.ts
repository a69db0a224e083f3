import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '@cutover/auth';
import { ConfigurationModule, type Settings } from '@cutover/config';
import { DatabaseHealth, DatabaseModule } from '@cutover/database';
import {
  ExternalAuthModule,
  ExternalAvailability,
  ExternalProbeModule,
  ProviderCircuits,
  ProviderKeys,
} from '@cutover/external-auth';
import {
  AuditModule,
  AuditSealingModule,
  HealthModule,
  LoggingModule,
  MetricsEndpointModule,
  MetricsModule,
} from '@cutover/operations';
import { AfterCleanupModule, GuardrailModule, RolloutModule, RolloutService } from '@cutover/rollout';
import { SessionsModule, TokenRefreshJob, TokenRefreshModule } from '@cutover/sessions';
import { LocalPasswords, NameSweepsModule, UsersModule } from '@cutover/users';
import { healthComponents } from './health/health-components';
import { HealthFigures } from './metrics/health-figures';
import { ScrapedFigures } from './metrics/scraped-figures';
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
        UsersModule,
        NameSweepsModule,
        SessionsModule,
        TokenRefreshModule,
        RolloutModule,
        GuardrailModule,
        AfterCleanupModule,
        AuthModule,
        HealthModule.forRootAsync({
          imports: [DatabaseModule, ExternalAuthModule, TokenRefreshModule, RolloutModule, UsersModule],
          inject: [
            DatabaseHealth,
            ExternalAvailability,
            ProviderCircuits,
            TokenRefreshJob,
            ProviderKeys,
            RolloutService,
            LocalPasswords,
          ],
          useFactory: (
            database: DatabaseHealth,
            external: ExternalAvailability,
            circuits: ProviderCircuits,
            refreshJob: TokenRefreshJob,
            keys: ProviderKeys,
            rollout: RolloutService,
            passwords: LocalPasswords,
          ) =>
            healthComponents(settings, {
              database,
              external,
              circuits,
              refreshJob,
              keys,
              rollout,
              passwords,
            }),
        }),
      ],
      providers: [RefreshesInHand, ScrapedFigures, HealthFigures],
    };
  }
}
