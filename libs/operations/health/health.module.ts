import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HEALTH_COMPONENTS, type HealthComponents } from './health-component';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';
import { OperatorAccess } from '../access/operator-access';

export interface HealthModuleOptions {
  imports: NonNullable<ModuleMetadata['imports']>;
  inject: (abstract new (...parameters: never[]) => unknown)[];
  useFactory: (...dependencies: never[]) => HealthComponents;
}

@Module({})
export class HealthModule {
  static forRootAsync({ imports, inject, useFactory }: HealthModuleOptions): DynamicModule {
    return {
      module: HealthModule,
      // Terminus would log every failed poll; what changed is logged where it is found out.
      imports: [...imports, TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [HealthService, OperatorAccess, { provide: HEALTH_COMPONENTS, inject, useFactory }],
      exports: [HEALTH_COMPONENTS],
    };
  }
}
