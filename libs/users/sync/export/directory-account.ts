import { z } from 'zod';
import { isAddress } from '../../names/is-address';

/** One account of the export. */
export interface DirectoryAccount {
  /** Where it stands in the file, from 1. */
  line: number;
  /** Entra object id, in lower case as tokens have it. */
  objectId: string;
  upn: string;
  /** `null` where there is none, or what stands there is no address. */
  mail: string | null;
  displayName: string | null;
  /** Whether anybody can sign in with it: not once it is disabled, nor once it is deleted and still in the recycle bin. */
  enabled: boolean;
  userType: UserType;
}

/** `unknown`: Entra has none for some accounts that are older than the attribute. */
export type UserType = 'member' | 'guest' | 'unknown';

/** The properties that are read, by their names in lower case without spaces, as headers vary. */
export const PROPERTIES = {
  id: 'id',
  objectid: 'id',
  userprincipalname: 'userPrincipalName',
  mail: 'mail',
  displayname: 'displayName',
  accountenabled: 'accountEnabled',
  usertype: 'userType',
  deleteddatetime: 'deletedDateTime',
  isdeleted: 'isDeleted',
} as const;
export type Property = (typeof PROPERTIES)[keyof typeof PROPERTIES];

/** What no decision can be made without. */
export const REQUIRED: Property[] = ['id', 'userPrincipalName', 'mail', 'accountEnabled', 'userType'];

export function propertyNamed(name: string): Property | null {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  return Object.hasOwn(PROPERTIES, plain) ? PROPERTIES[plain as keyof typeof PROPERTIES] : null;
}

/** Characters, as the columns hold them; the longest UPN that Entra allows is 113. */
const LONGEST = 255;

const text = z.string().trim().max(LONGEST, `is longer than ${LONGEST} characters`);
const optional = text
  .nullish()
  .transform((value) => (value === undefined || value === null || value === '' ? null : value));

const truth = z.union([z.boolean(), z.enum(['true', 'false'])], 'is neither true nor false');

const schema = z.object({
  id: text
    .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'is no object id (a GUID)')
    .transform((id) => id.toLowerCase()),
  userPrincipalName: text.regex(/^[^\s@]+@[^\s@]+$/u, 'is no user principal name like ada@contoso.com'),
  mail: optional.transform((mail) => (mail !== null && isAddress(mail) ? mail : null)),
  displayName: z
    .string()
    .nullish()
    .transform((name) => (name ? [...name].slice(0, LONGEST).join('') : null)),
  accountEnabled: z.preprocess(lower, truth),
  deletedDateTime: optional,
  isDeleted: z.preprocess((value) => (value === '' ? null : lower(value)), truth.nullish()),
  userType: z.preprocess(lower, z.enum(['member', 'guest', ''], 'is neither Member nor Guest').nullish()),
});

export type Read = { account: DirectoryAccount } | { fault: string };

/** Checks one entry of an export. @returns the account, or what is wrong in words that follow the line's number */
export function readAccount(properties: Partial<Record<Property, unknown>>, line: number): Read {
  const read = schema.safeParse(properties);
  if (!read.success) {
    const [issue] = read.error.issues;
    const property = String(issue?.path[0]);
    return {
      fault:
        properties[property as Property] === undefined
          ? `${property} is missing.`
          : `${property} ${issue?.message ?? 'is not valid'}.`,
    };
  }
  const { id, userPrincipalName, mail, displayName, accountEnabled, userType, deletedDateTime, isDeleted } =
    read.data;
  return {
    account: {
      line,
      objectId: id,
      upn: userPrincipalName,
      mail,
      displayName,
      enabled: isTrue(accountEnabled) && deletedDateTime === null && !isTrue(isDeleted),
      // Entra marks the name of every account that came from elsewhere, whatever became of its type.
      userType: /#ext#@/i.test(userPrincipalName) ? 'guest' : userType ? userType : 'unknown',
    },
  };
}

const isTrue = (value: boolean | 'true' | 'false' | null | undefined) => value === true || value === 'true';

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().toLowerCase() : value;
}
