import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { LinkProofRequest, Session } from '@cutover/contracts';
import { Public } from '@cutover/operations';
import type { FastifyReply } from 'fastify';
import { SameOriginGuard } from '../../same-origin.guard';
import type { SignInHttpRequest } from '../../sign-in/sign-in-attempt';
import { sessionSchema } from '../../sign-in/sign-in.schemas';
import { SignInAnswer } from '../../sign-in/sign-in-answer';
import { LinkCookie } from './link-cookie';
import { LinkSignIn } from './link-sign-in';
import { linkProofSchema } from './link.schemas';

@ApiTags('auth')
@Controller('api/auth/login/link')
export class LinkController {
  constructor(
    private readonly links: LinkSignIn,
    private readonly answer: SignInAnswer,
    private readonly cookie: LinkCookie,
  ) {}

  @Post()
  @Public()
  @HttpCode(200)
  @UseGuards(SameOriginGuard)
  @ApiOperation({
    summary:
      'Proves with the local password whose account it is, after link_required; links it and signs in.',
  })
  @ApiResponse({ status: 200, standardSchema: sessionSchema })
  async link(
    @Body({ schema: linkProofSchema }) proof: LinkProofRequest,
    @Req() request: SignInHttpRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    const session = await this.links.signIn(proof, request, (signIn) =>
      this.answer.give(signIn, request, reply),
    );
    reply.clearCookie(this.cookie.name, this.cookie.attributes);
    return session;
  }
}
