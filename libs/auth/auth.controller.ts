import '@fastify/cookie';
import { Controller, Get, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemError, type Session, type User } from '@cutover/contracts';
import {
  type AuthenticatedUser,
  CurrentUser,
  type IssuedSession,
  SessionCookie,
  SessionService,
  type SignIn,
} from '@cutover/sessions';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientAddress, Public } from '@cutover/operations';
import { RefreshLimit } from './rate-limits/refresh-limit';
import { SameOriginGuard } from './same-origin.guard';
import { SignInAnswer } from './sign-in/sign-in-answer';
import { SignInGuard } from './sign-in/sign-in.guard';
import { sessionSchema, userSchema } from './sign-in/sign-in.schemas';

@ApiTags('auth')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly sessions: SessionService,
    private readonly cookie: SessionCookie,
    private readonly signIns: SignInAnswer,
    private readonly refreshLimit: RefreshLimit,
  ) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  @UseGuards(SameOriginGuard, SignInGuard)
  @ApiOperation({ summary: 'Signs a person in, on the side that the rollout decides.' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['username', 'password'],
      additionalProperties: false,
      properties: {
        username: { type: 'string', maxLength: 255 },
        password: { type: 'string', maxLength: 1024, format: 'password' },
      },
    },
  })
  @ApiResponse({ status: 200, standardSchema: sessionSchema })
  @ApiResponse({ status: 429, description: 'Too many failed attempts: Retry-After says how long to wait.' })
  async login(
    @Req() request: FastifyRequest & { user: SignIn },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    return this.signIns.give(request.user, request, reply);
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @UseGuards(SameOriginGuard)
  @ApiOperation({ summary: 'Trades the session cookie for a fresh access token; rotates the cookie.' })
  @ApiResponse({ status: 200, standardSchema: sessionSchema })
  @ApiResponse({ status: 429, description: 'Too many refused refreshes: Retry-After says how long to wait.' })
  async refresh(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    try {
      const resume = () => this.sessions.resume(this.cookieOf(request));
      return this.answer(await this.refreshLimit.count(clientAddress(request.ip), resume), reply);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) this.clearCookie(reply);
      throw error;
    }
  }

  @Post('logout')
  @Public()
  @HttpCode(204)
  @UseGuards(SameOriginGuard)
  @ApiOperation({ summary: 'Ends the session of the cookie everywhere. Idempotent.' })
  @ApiResponse({ status: 204 })
  async logout(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.signOut(this.cookieOf(request));
    this.clearCookie(reply);
  }

  @Get('me')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Who the access token stands for.' })
  @ApiResponse({ status: 200, standardSchema: userSchema })
  me(@CurrentUser() { sessionId: _, ...user }: AuthenticatedUser): User {
    return user;
  }

  private answer({ session, cookie }: IssuedSession, reply: FastifyReply): Session {
    // No Max-Age: the browser forgets it when it closes, the server decides how long it is worth something.
    reply.setCookie(this.cookie.name, cookie, this.cookie.attributes);
    return session;
  }

  private clearCookie(reply: FastifyReply): void {
    reply.clearCookie(this.cookie.name, this.cookie.attributes);
  }

  private cookieOf(request: FastifyRequest): string | undefined {
    return request.cookies[this.cookie.name];
  }
}
