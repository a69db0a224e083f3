import { z } from 'zod';
import { EXTERNAL_ACCOUNT_STATES } from '../../external-accounts/external-account-state';
import { ACTIONS, PROOFS } from '../matching/grade';

const fact = z.strictObject({
  state: z.enum(EXTERNAL_ACCOUNT_STATES),
  objectId: z.string().max(36).nullable(),
  upn: z.string().max(255).nullable(),
});
const facts = { externalUserId: z.string().min(1).max(255).nullable(), account: fact.nullable() };

/** The first line of a plan. */
export const planHeaderSchema = z.strictObject({
  plan: z.literal('cutover users sync'),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  /** The export it was made from. */
  source: z.strictObject({ file: z.string(), sha256: z.string(), accounts: z.int() }),
  /** SHA-256 of all rows that the plan saw, in the order of their ids. */
  database: z.strictObject({ fingerprint: z.string() }),
  options: z.strictObject({
    acceptEmailMatches: z.boolean(),
    /** The export holds the whole directory. */
    complete: z.boolean().default(false),
    /** By how many accounts it may be smaller than the last such one. */
    acceptFewer: z.int().min(0).nullable().default(null),
    /** Absent in plans of the first release, which linked these without asking: such a link is refused. */
    acceptNameMatches: z.boolean().default(false),
    verifiedDomains: z.array(z.string()),
    linkAdmins: z.array(z.string()),
  }),
  /** How many lines follow, one for each person. */
  users: z.int().min(0),
});
export type PlanHeader = z.infer<typeof planHeaderSchema>;

/** Every further line: one person, in the order of the ids. */
export const planLineSchema = z
  .strictObject({
    user: z.int().min(0),
    action: z.enum(ACTIONS),
    proof: z.enum(PROOFS).nullable(),
    reason: z.string(),
    account: z
      .strictObject({
        line: z.int(),
        objectId: z.string(),
        upn: z.string(),
        mail: z.string().nullable(),
        displayName: z.string().nullable(),
        enabled: z.boolean(),
        userType: z.enum(['member', 'guest', 'unknown']),
      })
      .nullable(),
    /** What the row looked like. */
    row: z.strictObject({
      username: z.string(),
      email: z.string().nullable(),
      role: z.enum(['user', 'admin']),
      active: z.boolean(),
      ...facts,
    }),
    /** What it becomes. */
    becomes: z.strictObject(facts),
  })
  // What may never be, whoever wrote the file (design section 4).
  .refine(
    ({ action, row, becomes, account }) =>
      action === 'link'
        ? row.externalUserId === null && account !== null && becomes.externalUserId === account.objectId
        : becomes.externalUserId === row.externalUserId,
    'only "link" changes the link, from none to the account',
  )
  .refine(
    ({ action, account }) => action !== 'link' || (account?.enabled === true && account.userType !== 'guest'),
    'a guest or a disabled account is never linked',
  )
  .refine(
    ({ action, proof, row }) => action !== 'link' || proof !== 'email' || row.role !== 'admin',
    'an administrator is never linked by e-mail',
  )
  .refine(
    ({ action, proof, row, account }) =>
      action !== 'link' ||
      proof !== 'username_local_part' ||
      (row.role !== 'admin' && account?.userType === 'member'),
    'by the local part of a name alone no administrator is linked, and nobody but a member',
  );
export type PlanLine = z.infer<typeof planLineSchema>;
