import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Forbidden } from '@cutover/contracts';
import type { FastifyRequest } from 'fastify';
import { OperatorAccess } from '../access/operator-access';
import { Public } from '../access/public.decorator';
import { Metrics } from './metrics';

/** For Prometheus: with `METRICS_TOKEN` as its bearer, or from this machine. */
@ApiTags('health')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly access: OperatorAccess,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Metrics in the text format of Prometheus.' })
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  async read(@Req() request: FastifyRequest): Promise<string> {
    if (!this.access.allows(request)) {
      throw new Forbidden({ detail: 'Metrics are for operators: send METRICS_TOKEN as the bearer token.' });
    }
    return this.metrics.registry.metrics();
  }
}
