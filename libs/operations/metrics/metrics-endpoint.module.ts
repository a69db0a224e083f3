import { Module } from '@nestjs/common';
import { OperatorAccess } from '../access/operator-access';
import { MetricsController } from './metrics.controller';

/** `/metrics`, for the API only: a command that runs for a second has nobody who would ask. */
@Module({ controllers: [MetricsController], providers: [OperatorAccess] })
export class MetricsEndpointModule {}
