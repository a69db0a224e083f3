import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { TroubleReport } from '@cutover/contracts';
import { currentRequest, Public } from '@cutover/operations';
import { RolloutNotes } from '@cutover/rollout';
import { AddressLimits } from '../rate-limits/address-limits';
import { SameOriginGuard } from '../same-origin.guard';
import { troubleReportSchema } from './trouble.schemas';

/** "Trouble signing in?": what people say who are not signed in, kept for the operators beside their own notes. */
@ApiTags('auth')
@Controller('api/auth/trouble')
export class TroubleController {
  constructor(
    private readonly notes: RolloutNotes,
    private readonly limits: AddressLimits,
  ) {}

  /** The name is kept as it was typed and looked up nowhere: the answer, and its time, say nothing about it. */
  @Post()
  @Public()
  @HttpCode(204)
  @UseGuards(SameOriginGuard)
  @ApiOperation({ summary: 'Keeps what somebody who cannot sign in has to say, for the operators.' })
  @ApiResponse({ status: 204 })
  async report(@Body({ schema: troubleReportSchema }) { message, username }: TroubleReport): Promise<void> {
    await this.limits.take('trouble', currentRequest()?.address ?? null);
    await this.notes.add({ author: 'portal', message, username });
  }
}
