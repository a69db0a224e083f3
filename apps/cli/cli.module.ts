import { BreakGlassModule } from '@cutover/auth/break-glass';
import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigurationModule, type Settings } from '@cutover/config';
import { DatabaseModule } from '@cutover/database';
import { AuditModule, MetricsModule } from '@cutover/operations';
import { RolloutModule } from '@cutover/rollout';
import { UsersModule, UserSyncModule } from '@cutover/users';

@Module({})
export class CliModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: CliModule,
      imports: [
        ConfigurationModule.forRoot(settings),
        DatabaseModule.forRoot(),
        MetricsModule,
        AuditModule,
        UsersModule,
        UserSyncModule,
        RolloutModule,
        BreakGlassModule,
      ],
    };
  }
}
