import type { Pin, Role } from '@cutover/contracts';
import { isActive } from './active-flag/active-flag';
import {
  type Departure,
  DEPARTURE_COLUMNS,
  DEPARTURE_JOINS,
  departureOf,
  type DepartureRow,
} from './kept-out/departure';
import type { Admissible } from './kept-out/why-kept-out';
import { namesEqual } from './names/fold-name';
import { readable } from './names/hidden-characters';

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
  /** When what they sign in with last changed here, epoch milliseconds; `null`: never, as far as is known. */
  credentialsChangedAt: number | null;
  /** Has credentials for an emergency (libs/auth/break-glass), which are then the only ones that open the account. */
  breakGlass: boolean;
  /** What is known against the account on the external side that they are linked to; {@link whyKeptOut} says what it means. */
  departure: Departure | null;
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
  | 'pin'
  | 'breakGlass'
  | 'departure'
>;

/** The name to be shown: the external side's, else the legacy one, else the username. */
export const personName = (user: Pick<UserRecord, 'displayName' | 'fullName' | 'username'>) =>
  readable(user.displayName ?? '').trim() || readable(user.fullName ?? '').trim() || readable(user.username);

/** What one SELECT answers for a {@link UserRecord}; the engines spell booleans and dates in two ways. */
export interface UserRow
  extends
    Omit<
      UserRecord,
      'active' | 'role' | 'lastTokenRefresh' | 'lastExternalRefusal' | 'breakGlass' | 'departure'
    >,
    DepartureRow {
  /** As it is stored, for `isActive`. */
  active: unknown;
  role: string;
  breakGlassName: string | null;
}

/** Of `users u`, with {@link BREAK_GLASS_JOIN}; {@link hasBreakGlass} says what it means. */
export const BREAK_GLASS_COLUMN = 'bg.username AS breakGlassName';
export const BREAK_GLASS_JOIN = 'LEFT JOIN cutover_break_glass bg ON bg.user_id = u.id';

/** Credentials are made for a name: a row that was renamed, or has the number of one that was deleted, has none. */
export const hasBreakGlass = ({ breakGlassName, username }: Pick<UserRow, 'breakGlassName' | 'username'>) =>
  breakGlassName !== null && namesEqual(breakGlassName, username);

/** The columns of an {@link Admissible}, of `users u` with {@link PERSON_JOINS}. */
export const ADMISSIBLE_COLUMNS = `u.username, u.is_active AS active, u.external_user_id AS externalUserId, st.pin,
  ${DEPARTURE_COLUMNS}, ${BREAK_GLASS_COLUMN}`;
/** The columns of a {@link Person}, likewise; the id is left to whoever joins. */
export const PERSON_COLUMNS = `${ADMISSIBLE_COLUMNS}, u.email, u.full_name AS fullName, u.display_name AS displayName,
  u.azure_email AS azureEmail, u.role`;
export const PERSON_JOINS = `${DEPARTURE_JOINS} ${BREAK_GLASS_JOIN}`;

export type AdmissibleRow = Pick<
  UserRow,
  'username' | 'active' | 'externalUserId' | 'pin' | 'breakGlassName' | keyof DepartureRow
>;
export type PersonRow = AdmissibleRow & Omit<Person, keyof Admissible | 'role'> & Pick<UserRow, 'role'>;

export const USER_COLUMNS = `u.id, ${PERSON_COLUMNS}, st.last_sign_in_at AS lastSignInAt,
  st.credentials_changed_at AS credentialsChangedAt`;
export const USER_TABLES = `users u ${PERSON_JOINS}`;

/** A legacy role that we do not know gives no rights here. */
const roleOf = (role: string): Role => (role === 'admin' ? 'admin' : 'user');

export function toAdmissible(row: AdmissibleRow): Admissible {
  return {
    active: isActive(row.active),
    externalUserId: row.externalUserId,
    pin: row.pin,
    breakGlass: hasBreakGlass(row),
    departure: departureOf(row),
  };
}

export function toPerson(row: PersonRow): Person {
  return {
    ...toAdmissible(row),
    id: row.id,
    username: row.username,
    email: row.email,
    fullName: row.fullName,
    displayName: row.displayName,
    azureEmail: row.azureEmail,
    role: roleOf(row.role),
  };
}

export function toUserRecord(row: UserRow): UserRecord {
  return {
    ...toPerson(row),
    lastSignInAt: row.lastSignInAt,
    lastExternalRefusal: row.lastExternalRefusal,
    credentialsChangedAt: row.credentialsChangedAt,
    lastTokenRefresh:
      typeof row.lastTokenRefresh === 'string'
        ? new Date(`${row.lastTokenRefresh.replace(' ', 'T')}Z`)
        : row.lastTokenRefresh,
  };
}

/** A DATETIME as both engines take it: UTC, whole seconds. */
export const toDatetime = (at: Date) => at.toISOString().slice(0, 19).replace('T', ' ');
