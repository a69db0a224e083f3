import { STAND_IN_DOMAIN } from '@cutover/contracts';

/** A row as legacy applications leave it behind; the table gives the id. */
export interface LegacyRow {
  id: number;
  username: string;
  email: string | null;
  full_name: string | null;
  hashed_password: string;
  is_active: 0 | 1;
  role: 'user' | 'admin';
  created_at: string;
  updated_at: string;
}

const GIVEN = [
  'Ada',
  'Grace',
  'Zoë',
  'Łukasz',
  'Åsa',
  'Nikos',
  'Мария',
  'Ελένη',
  'Søren',
  'Jürgen',
  'Maia',
  'Iñaki',
];
const FAMILY = [
  'Lovelace',
  'Hopper',
  'Müller',
  "O'Neill",
  'Dvořák',
  'de la Cruz',
  'Иванова',
  'Παππάς',
  '王',
  'Smith',
];

/** Seconds between two people's first day. */
const PACE = 1013;
const FIRST_DAY = Date.UTC(2009, 2, 14, 8);

/**
 * The n-th person of a legacy table: names in mixed case, with accents in one or two code points, in other scripts, with
 * blanks, whole addresses; e-mails that are missing, blank or shared by two; some inactive, some administrators.
 */
export function legacyRow(index: number, hashOf: (id: number) => string): LegacyRow {
  const id = index + 1;
  const given = GIVEN[index % GIVEN.length] as string;
  const family = FAMILY[(index * 7) % FAMILY.length] as string;
  const username = usernameOf(index, given, family);
  return {
    id,
    username,
    email: emailOf(index, username),
    full_name: fullNameOf(index, given, family),
    hashed_password: hashOf(id),
    is_active: isInactive(index) ? 0 : 1,
    role: isAdmin(index) ? 'admin' : 'user',
    created_at: instant(FIRST_DAY + index * PACE * 1000),
    updated_at: instant(FIRST_DAY + index * PACE * 1000 + (index % 700) * 86_400_000),
  };
}

const isInactive = (index: number) => index % 40 === 8;
const isAdmin = (index: number) => index % 200 === 9;

/** Whom the directory knows twice: 300 of 100,000. They must have a plain name. */
export const isAmbiguous = (index: number) => index % 334 === 7;

function usernameOf(index: number, given: string, family: string): string {
  if (isAmbiguous(index)) return `namesake.${index}`;
  const plain = family.replace(/[\s']/g, '');
  switch (index % 20) {
    case 1:
      return `${given}.${plain}.${index}`.normalize('NFD');
    case 2:
      return `${given}.${plain}.${index}@${STAND_IN_DOMAIN}`;
    case 3:
      return `${given[0]}${plain}${index}`.toLowerCase();
    case 4:
      return `p${String(index).padStart(6, '0')}`;
    case 6: // no user principal name has a blank: no account over there
      return index % 40 === 6 ? ` ${given} ${plain} ${index}` : `${given}.${index}`;
    case 5:
      return `${given}_${plain}-${index}`.toUpperCase();
    default:
      return `${given}.${plain}.${index}`;
  }
}

function emailOf(index: number, username: string): string | null {
  switch (index % 25) {
    case 3:
    case 4: // shares that of the person before
      return `team-${Math.floor(index / 25)}@${STAND_IN_DOMAIN}`;
    case 10:
      return null;
    case 11:
      return '';
    case 12:
      return ' ';
    default:
      return username.includes('@')
        ? username
        : `${username}@${index % 3 === 0 ? 'Contoso.Example' : STAND_IN_DOMAIN}`;
  }
}

function fullNameOf(index: number, given: string, family: string): string | null {
  if (index % 30 === 13) return null;
  if (index % 30 === 14) return '';
  return index % 30 === 15 ? `  ${given}  ${family} ` : `${given} ${family}`;
}

/** `2009-03-14 08:00:00`, as both engines take it. */
const instant = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
