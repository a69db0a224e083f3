import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Role } from '@cutover/contracts';
import type { AuthenticatedUser } from './authenticated-user';

export const REQUIRED_ROLE = 'cutover:required-role';

/** Opens a route to people with this role only. */
export const RequireRole = (role: Role) => SetMetadata(REQUIRED_ROLE, role);

export const REQUIRES_SESSION = 'cutover:requires-session';

/** Opens a route to people who signed in here only: it acts on their sessions. */
export const RequireSession = () => SetMetadata(REQUIRES_SESSION, true);

export interface AuthenticatedRequest {
  user: AuthenticatedUser;
}

/** The person whose bearer token came with the request: one type, whichever side issued it. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
