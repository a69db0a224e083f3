import { Body, Controller, Get, Headers, Put, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Rollout } from '@cutover/contracts';
import { type AuthenticatedUser, CurrentUser, RequireRole } from '@cutover/sessions';
import type { FastifyReply } from 'fastify';
import { entityTag, versionOf } from './if-match';
import { rolloutChangeSchema, rolloutSchema } from './rollout.schemas';
import type { RolloutDecision } from './rollout-decisions';
import { RolloutService } from './rollout.service';

@ApiTags('admin')
@ApiBearerAuth()
@RequireRole('admin')
@Controller('api/admin/rollout')
export class RolloutController {
  constructor(private readonly rollout: RolloutService) {}

  @Get()
  @ApiOperation({ summary: 'The stage in force, who decided it and why.' })
  @ApiResponse({
    status: 200,
    standardSchema: rolloutSchema,
    headers: { ETag: { description: 'The version, for If-Match.', schema: { type: 'string' } } },
  })
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<Rollout> {
    return tagged(await this.rollout.current(), reply);
  }

  @Put()
  @ApiOperation({
    summary: 'Decides the stage. Takes effect in every process within 5 seconds; live sessions go on.',
  })
  @ApiHeader({
    name: 'If-Match',
    required: true,
    description: 'The version that is to be changed, in double quotes.',
  })
  @ApiResponse({ status: 200, standardSchema: rolloutSchema })
  async change(
    @Body({ schema: rolloutChangeSchema }) change: RolloutDecision,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentUser() user: AuthenticatedUser,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Rollout> {
    const by = { userId: user.id, name: user.username };
    return tagged(await this.rollout.change(change, versionOf(ifMatch), by), reply);
  }
}

function tagged(rollout: Rollout, reply: FastifyReply): Rollout {
  reply.header('ETag', entityTag(rollout.version));
  return rollout;
}
