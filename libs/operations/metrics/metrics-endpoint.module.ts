import { Module } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { OperatorAccess } from '../access/operator-access';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';

/** `/metrics`, for the API only: a command that runs for a second has nobody who would ask. */
@Module({ controllers: [MetricsController], providers: [OperatorAccess] })
export class MetricsEndpointModule {
  constructor({ registry }: Metrics) {
    collectDefaultMetrics({ register: registry }); // process_* and nodejs_*: memory, CPU, delay of the event loop
  }
}
