import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Forbidden, NotAuthenticated, type Role } from '@cutover/contracts';
import { PUBLIC } from '@cutover/operations';
import {
  type AuthenticatedRequest,
  type AuthenticatedUser,
  REQUIRED_ROLE,
  REQUIRES_SESSION,
} from '@cutover/sessions';
import type { FastifyRequest } from 'fastify';
import { BearerAuthentication } from './bearer-authentication';

/** Makes every route private: a route is open only where `@Public()` says so. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly bearer: BearerAuthentication,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, route)) return true;

    const request = context.switchToHttp().getRequest<FastifyRequest & Partial<AuthenticatedRequest>>();
    const user = await this.bearer.authenticate(bearerOf(request));
    const role = this.reflector.getAllAndOverride<Role | undefined>(REQUIRED_ROLE, route);
    const needsSession = this.reflector.getAllAndOverride<boolean | undefined>(REQUIRES_SESSION, route);
    if (role !== undefined || needsSession) requireSession(user);
    if (role !== undefined && user.role !== role) throw new Forbidden();
    request.user = user;
    return true;
  }
}

/** What another application obtained serves to use this one; neither to administer it nor to act on anybody's sign-ins. */
function requireSession({ sessionId }: AuthenticatedUser): void {
  if (sessionId !== null) return;
  throw new Forbidden({
    detail: 'An access token of another application is not enough for this. Sign in here to go on.',
  });
}

/** From the header only; a token in a URL would end in logs (RFC 9700 section 4.3.2). */
function bearerOf(request: FastifyRequest): string {
  const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new NotAuthenticated();
  return token;
}
