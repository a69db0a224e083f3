import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../access/public.decorator';
import { HealthService } from './health.service';
import { OperatorAccess } from '../access/operator-access';

/**
 * The three questions that a load balancer and an operator ask. Which component is up is public; why not, and
 * where, is for operators.
 */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly access: OperatorAccess,
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process answers. Touches nothing.' })
  @ApiResponse({ status: 200 })
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The database answers and has the schema that this version expects.' })
  @ApiResponse({ status: 200 })
  @ApiResponse({ status: 503, description: 'Not ready: send no traffic here.' })
  async ready(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(await this.health.ready(this.access.allows(request)), reply);
  }

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Every component, the external API included.' })
  @ApiResponse({ status: 200, description: 'Up, or degraded: serving, but something is impaired.' })
  @ApiResponse({ status: 503, description: 'At least one component that somebody needs is down.' })
  async all(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(await this.health.all(this.access.allows(request)), reply);
  }
}

function answer(result: HealthCheckResult, reply: FastifyReply): HealthCheckResult {
  reply.status(result.status === 'error' || result.status === 'shutting_down' ? 503 : 200);
  return result;
}
