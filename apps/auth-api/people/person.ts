import { z } from 'zod';

/** AADSTS numbers have four to eight digits so far. */
export const aadstsNumber = z.number().int().min(1000).max(99_999_999);

/** Somebody whose password this side knows. */
export const personSchema = z.strictObject({
  /** With or without `@contoso.example`. */
  username: z.string().min(1),
  password: z.string().min(1),
  name: z.string().min(1),
  /** `null`: no e-mail in any answer; absent: the user principal name. */
  email: z.string().nullable().optional(),
  /** What `user` of an answer says in place of it, which nobody signs; absent: the same. */
  unsignedEmail: z.string().nullable().optional(),
  /** What the tokens call somebody who signs in by another name, as with an alternate login id; absent: the username. */
  userPrincipalName: z.string().min(1).optional(),
  /** Entra object id; absent: derived from the username, so that it is the same after every start. */
  oid: z.guid().optional(),
  /** AADSTS number that answers a sign-in with the right password. */
  refusal: aadstsNumber.optional(),
});

export type PersonInput = z.output<typeof personSchema>;

export interface Person {
  /** The name they sign in by, in lower case. */
  upn: string;
  /** User principal name, as tokens say it. */
  userPrincipalName: string;
  password: string;
  name: string;
  email: string | null;
  unsignedEmail: string | null;
  oid: string;
  refusal: number | null;
}
