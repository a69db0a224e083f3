import '@fastify/cookie';
import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { PasswordChangeRequest } from '@cutover/contracts';
import { clientAddress } from '@cutover/operations';
import { type AuthenticatedUser, CurrentUser, RequireSession } from '@cutover/sessions';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeviceCookie } from '../../device/device-cookie';
import { SameOriginGuard } from '../../same-origin.guard';
import { passwordChangeSchema } from './change.schemas';
import { PasswordChange } from './password-change';

@ApiTags('auth')
@ApiBearerAuth()
@RequireSession()
@Controller('api/auth/password')
export class ChangeController {
  constructor(
    private readonly passwords: PasswordChange,
    private readonly devices: DeviceCookie,
  ) {}

  @Post()
  @HttpCode(204)
  @UseGuards(SameOriginGuard)
  @ApiOperation({
    summary: 'Replaces the caller’s local password, given the present one, and ends their other sessions.',
  })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 429, description: 'Too many failed attempts: Retry-After says how long to wait.' })
  async change(
    @Body({ schema: passwordChangeSchema }) change: PasswordChangeRequest,
    @CurrentUser() caller: AuthenticatedUser,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const cookie = request.cookies[this.devices.name];
    const user = await this.passwords.change(caller, change, {
      address: clientAddress(request.ip),
      deviceOf: (person) => {
        const id = this.devices.deviceOf(cookie, person);
        return id === null ? null : { id, userId: person.id };
      },
    });
    // The person has just shown that this browser is theirs.
    reply.setCookie(this.devices.name, this.devices.remember(cookie, user), this.devices.attributes);
  }
}
