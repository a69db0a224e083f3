import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Role } from '@cutover/contracts';
import type { AuthenticatedUser } from './authenticated-user';

export const REQUIRED_ROLE = 'cutover:required-role';

/** Opens a route to people with this role only. */
export const RequireRole = (role: Role) => SetMetadata(REQUIRED_ROLE, role);

export interface AuthenticatedRequest {
  user: AuthenticatedUser;
}

/** The person whose bearer token came with the request: one type, whichever side issued it. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
