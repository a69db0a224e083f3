import type { Pin, Role } from '@cutover/contracts';
import { namesEqual } from './names/fold-name';

/** One person: the legacy row without its password ({@link LocalPasswords}), the external side's columns, and our own state of them. */
export interface UserRecord {
  id: number;
  username: string;
  email: string | null;
  fullName: string | null;
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
  /** Has credentials for an emergency (libs/auth/break-glass), which are then the only ones that open the account. */
  breakGlass: boolean;
}

/** What a request needs to know of a person; no hash. */
export type Person = Pick<
  UserRecord,
  | 'id'
  | 'username'
  | 'email'
  | 'fullName'
  | 'displayName'
  | 'azureEmail'
  | 'active'
  | 'role'
  | 'externalUserId'
>;

/** The name to be shown: the external side's, else the legacy one, else the username. */
export const personName = (user: Pick<UserRecord, 'displayName' | 'fullName' | 'username'>) =>
  user.displayName?.trim() || user.fullName?.trim() || user.username;

/** What one SELECT answers for a {@link UserRecord}; the engines spell booleans and dates in two ways. */
export interface UserRow extends Omit<UserRecord, 'active' | 'role' | 'lastTokenRefresh' | 'breakGlass'> {
  active: number | boolean;
  role: string;
  lastTokenRefresh: Date | string | null;
  breakGlassName: string | null;
}

/** Of `users u`, with {@link BREAK_GLASS_JOIN}; {@link hasBreakGlass} says what it means. */
export const BREAK_GLASS_COLUMN = 'bg.username AS breakGlassName';
export const BREAK_GLASS_JOIN = 'LEFT JOIN cutover_break_glass bg ON bg.user_id = u.id';

/** Credentials are made for a name: a row that was renamed, or has the number of one that was deleted, has none. */
export const hasBreakGlass = ({ breakGlassName, username }: Pick<UserRow, 'breakGlassName' | 'username'>) =>
  breakGlassName !== null && namesEqual(breakGlassName, username);

export const USER_COLUMNS = `u.id, u.username, u.email, u.full_name AS fullName, u.is_active AS active,
  u.role, u.external_user_id AS externalUserId, u.display_name AS displayName, u.azure_email AS azureEmail,
  u.last_token_refresh AS lastTokenRefresh, st.pin, st.last_sign_in_at AS lastSignInAt,
  st.last_external_refusal AS lastExternalRefusal, ${BREAK_GLASS_COLUMN}`;

/** The columns of a {@link Person}, of `users u`; the id is left to whoever joins. */
export const PERSON_COLUMNS = `u.username, u.email, u.full_name AS fullName, u.display_name AS displayName, u.azure_email AS azureEmail,
  u.is_active AS active, u.role, u.external_user_id AS externalUserId`;

export type PersonRow = Omit<Person, 'active' | 'role'> & Pick<UserRow, 'active' | 'role'>;

export const USER_TABLES = `users u LEFT JOIN cutover_user_state st ON st.user_id = u.id ${BREAK_GLASS_JOIN}`;

/** A legacy role that we do not know gives no rights here. */
const roleOf = (role: string): Role => (role === 'admin' ? 'admin' : 'user');

export function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    fullName: row.fullName,
    displayName: row.displayName,
    azureEmail: row.azureEmail,
    active: Boolean(row.active),
    role: roleOf(row.role),
    externalUserId: row.externalUserId,
  };
}

export function toUserRecord({ breakGlassName, ...row }: UserRow): UserRecord {
  return {
    ...row,
    breakGlass: hasBreakGlass({ breakGlassName, username: row.username }),
    active: Boolean(row.active),
    role: roleOf(row.role),
    lastTokenRefresh:
      typeof row.lastTokenRefresh === 'string'
        ? new Date(`${row.lastTokenRefresh.replace(' ', 'T')}Z`)
        : row.lastTokenRefresh,
  };
}

/** A DATETIME as both engines take it: UTC, whole seconds. */
export const toDatetime = (at: Date) => at.toISOString().slice(0, 19).replace('T', ' ');
