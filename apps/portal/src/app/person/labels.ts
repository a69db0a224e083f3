import type { AuthMode, Role } from '@cutover/contracts';

/** Which side checked the password, in a person's words. */
export const SIDES: Record<AuthMode, string> = {
  external: 'Your organisation’s sign-in (Microsoft)',
  local: 'This application’s own password',
};

export const ROLE_NAMES: Record<Role, string> = { user: 'Member', admin: 'Administrator' };
