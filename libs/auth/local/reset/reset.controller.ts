import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { PasswordResetRequest } from '@cutover/contracts';
import { currentRequest, Public } from '@cutover/operations';
import { SameOriginGuard } from '../../same-origin.guard';
import { PasswordReset } from './password-reset';
import { passwordResetSchema } from './reset.schemas';

@ApiTags('auth')
@Controller('api/auth/reset')
export class ResetController {
  constructor(private readonly passwords: PasswordReset) {}

  @Post()
  @Public()
  @HttpCode(204)
  @UseGuards(SameOriginGuard)
  @ApiOperation({ summary: 'Sets a new local password with a code from an operator, and ends all sessions.' })
  @ApiResponse({ status: 204 })
  async reset(@Body({ schema: passwordResetSchema }) request: PasswordResetRequest): Promise<void> {
    await this.passwords.reset(request, currentRequest()?.address ?? null);
  }
}
