import { type DynamicModule, Injectable, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { SettingsService } from '@cutover/config';
import { createDataSource, dataSourceOptions } from './data-source';
import { Database } from './database';
import { DatabaseHealth } from './database-health';
import { Migrator } from './migrator';

@Injectable()
class MigrateOnStart implements OnApplicationBootstrap {
  private readonly logger = new Logger('database');

  constructor(
    private readonly migrator: Migrator,
    private readonly settings: SettingsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.get('database', { infer: true }).migrateOnStart) return;
    const applied = await this.migrator.migrate();
    if (applied.length > 0) this.logger.log(`applied ${applied.join(', ')}`);
  }
}

/** The connection and the one door to it, for every module. */
@Module({})
export class DatabaseModule {
  static forRoot(): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [SettingsService],
          useFactory: async (settings: SettingsService) => ({
            ...(await dataSourceOptions(settings.get('database', { infer: true }).connection)),
            autoLoadEntities: true,
            retryAttempts: 0, // whoever starts us starts us again; a wrong URL is better said at once
          }),
          dataSourceFactory: async (options?: DataSourceOptions) =>
            createDataSource(options as DataSourceOptions).initialize(),
        }),
      ],
      providers: [Database, Migrator, DatabaseHealth, MigrateOnStart],
      exports: [Database, Migrator, DatabaseHealth, TypeOrmModule],
    };
  }
}
