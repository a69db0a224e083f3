import { STAND_IN_DOMAIN } from '@cutover/contracts';
import type { Database } from '@cutover/database';
import { foldName, isActive, isAddress } from '@cutover/users';
import { isAmbiguous } from './legacy-people';
import type { Seeded } from './seeded';

/**
 * What a person has over there.
 *
 * - `usable`: an account with the same password
 * - `other-password`: an account with another one
 * - `mfa`, `expired`: an account that the export shows as sound, and that refuses this sign-in
 * - `ambiguous`: two accounts of that name
 */
export type Account =
  'usable' | 'other-password' | 'mfa' | 'expired' | 'disabled' | 'guest' | 'ambiguous' | 'none';

/** Somebody of the copy. */
export interface Person {
  id: number;
  username: string;
  active: boolean;
  admin: boolean;
  pin: 'local' | 'external' | null;
  /** More than one row has this name but for case: nobody is let in by it. */
  namesake: boolean;
  account: Account;
  objectId: string;
  upn: string;
  /** Over there: that of the row, where it has one. */
  mail: string;
}

interface Row {
  id: number;
  username: string;
  email: string | null;
  active: unknown;
  role: string;
  pin: Person['pin'];
  objectId: string | null;
}

/** Everybody of the copy, by id, with what they have over there. The schema is the current one. */
export async function population(database: Database, seeded: Seeded): Promise<Person[]> {
  const rows = await database.query<Row>(
    `SELECT u.id, u.username, u.email, u.is_active AS active, u.role, s.pin, COALESCE(u.external_user_id, a.object_id) AS objectId
     FROM users u LEFT JOIN cutover_user_state s ON s.user_id = u.id
     LEFT JOIN cutover_external_accounts a ON a.user_id = u.id ORDER BY u.id`,
  );
  const bearers = new Map<string, number>();
  for (const { username } of rows) {
    const name = foldName(username);
    bearers.set(name, (bearers.get(name) ?? 0) + 1);
  }
  return rows.map(({ id, username, email, active, role, pin, objectId }, index) => ({
    id,
    username,
    active: isActive(active),
    admin: role === 'admin',
    pin,
    namesake: (bearers.get(foldName(username)) ?? 0) > 1,
    account: pin === 'external' ? 'usable' : accountOf(index, username),
    objectId:
      objectId !== null && GUID.test(objectId) ? objectId.toLowerCase() : seeded.objectId(`account ${id}`),
    upn: upnOf(username),
    mail: email !== null && isAddress(email) ? email : upnOf(username),
  }));
}

const upnOf = (username: string) => (username.includes('@') ? username : `${username}@${STAND_IN_DOMAIN}`);

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What a user principal name can be made of. */
const NAME = /^[^\s@]+(@[^\s@]+)?$/u;
/** Characters that Entra allows one to have. */
const LONGEST = 113;

/** Of 40 people one of each kind that does not just work, and of 200 one whose password differs. */
function accountOf(index: number, username: string): Account {
  if (!NAME.test(username) || username.length > LONGEST - STAND_IN_DOMAIN.length - 1) return 'none';
  if (isAmbiguous(index) && !username.includes('@')) return 'ambiguous';
  if (index % 200 === 21) return 'other-password';
  switch (index % 40) {
    case 16:
      return 'none';
    case 17:
      return 'disabled';
    case 18:
      return 'guest';
    case 19:
      return 'mfa';
    case 20:
      return 'expired';
    default:
      return 'usable';
  }
}

/** Whether the stage `all` is to send this person over. */
export const belongsOverThere = ({ active, admin, pin, namesake, account }: Person) =>
  pin === 'external' || (active && !admin && pin === null && !namesake && account === 'usable');
