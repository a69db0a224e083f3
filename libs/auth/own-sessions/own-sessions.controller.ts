import '@fastify/cookie';
import { Controller, Delete, Get, HttpCode, Param, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { OwnSession, Page } from '@cutover/contracts';
import { pageRequestSchema } from '@cutover/rollout';
import {
  type AuthenticatedUser,
  CurrentUser,
  RequireSession,
  SessionCookie,
  SessionList,
  type SessionPageRequest,
  SessionService,
} from '@cutover/sessions';
import type { FastifyReply } from 'fastify';
import { SameOriginGuard } from '../same-origin.guard';
import { ownSessionPageSchema } from './own-sessions.schemas';

@ApiTags('auth')
@ApiBearerAuth()
@RequireSession()
@Controller('api/auth/sessions')
export class OwnSessionsController {
  constructor(
    private readonly list: SessionList,
    private readonly sessions: SessionService,
    private readonly cookie: SessionCookie,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Where the caller is signed in, the latest sign-in first.' })
  @ApiResponse({ status: 200, standardSchema: ownSessionPageSchema })
  async page(
    @Query({ schema: pageRequestSchema }) request: SessionPageRequest,
    @CurrentUser() caller: AuthenticatedUser,
  ): Promise<Page<OwnSession>> {
    const { items, nextCursor } = await this.list.page(caller.id, request);
    return {
      items: items.map((item) => ({ ...item, current: item.id === caller.sessionId })),
      nextCursor,
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @UseGuards(SameOriginGuard)
  @ApiOperation({
    summary: 'Ends one session of the caller. Idempotent; 404 for an id that is not the caller’s.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiResponse({ status: 204 })
  async end(
    @Param('id') sessionId: string,
    @CurrentUser() caller: AuthenticatedUser,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.list.end(caller.id, sessionId, 'ended_by_owner');
    if (sessionId === caller.sessionId) this.clearCookie(reply);
  }

  @Delete()
  @HttpCode(204)
  @UseGuards(SameOriginGuard)
  @ApiOperation({
    summary: 'Signs the caller out everywhere: ends every session, the one that asks included.',
  })
  @ApiResponse({ status: 204 })
  async endAll(
    @CurrentUser() caller: AuthenticatedUser,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.endAllOf(caller.id, 'ended_by_owner');
    this.clearCookie(reply);
  }

  private clearCookie(reply: FastifyReply): void {
    reply.clearCookie(this.cookie.name, this.cookie.attributes);
  }
}
