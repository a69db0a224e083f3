import type { Pin, Role } from '@cutover/contracts';

/** One person: the legacy row, the external side's columns, and our own state of them. */
export interface UserRecord {
  id: number;
  username: string;
  email: string | null;
  fullName: string | null;
  hashedPassword: string | null;
  active: boolean;
  role: Role;
  /** Entra object id (`oid`). */
  externalUserId: string | null;
  displayName: string | null;
  azureEmail: string | null;
  lastTokenRefresh: Date | null;
  pin: Pin;
  /** Epoch milliseconds. */
  lastSignInAt: number | null;
  /** The code with which the external side last called the person unfit to sign in; `null` since it last let them in. */
  lastExternalRefusal: string | null;
}

/** The name to be shown: the external side's, else the legacy one, else the username. */
export const personName = (user: Pick<UserRecord, 'displayName' | 'fullName' | 'username'>) =>
  user.displayName?.trim() || user.fullName?.trim() || user.username;

/** What one SELECT answers for a {@link UserRecord}; the engines spell booleans and dates in two ways. */
export interface UserRow extends Omit<UserRecord, 'active' | 'role' | 'lastTokenRefresh'> {
  active: number | boolean;
  role: string;
  lastTokenRefresh: Date | string | null;
}

export const USER_COLUMNS = `u.id, u.username, u.email, u.full_name AS fullName, u.hashed_password AS hashedPassword, u.is_active AS active,
  u.role, u.external_user_id AS externalUserId, u.display_name AS displayName, u.azure_email AS azureEmail,
  u.last_token_refresh AS lastTokenRefresh, st.pin, st.last_sign_in_at AS lastSignInAt,
  st.last_external_refusal AS lastExternalRefusal`;

export const USER_TABLES = 'users u LEFT JOIN cutover_user_state st ON st.user_id = u.id';

export function toUserRecord(row: UserRow): UserRecord {
  return {
    ...row,
    active: Boolean(row.active),
    // A legacy role that we do not know gives no rights here.
    role: row.role === 'admin' ? 'admin' : 'user',
    lastTokenRefresh:
      typeof row.lastTokenRefresh === 'string'
        ? new Date(`${row.lastTokenRefresh.replace(' ', 'T')}Z`)
        : row.lastTokenRefresh,
  };
}

/** A DATETIME as both engines take it: UTC, whole seconds. */
export const toDatetime = (at: Date) => at.toISOString().slice(0, 19).replace('T', ' ');
