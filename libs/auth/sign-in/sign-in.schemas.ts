import { PASSWORD_LENGTH, ROLES, type Session, type SignInRequest, type User } from '@cutover/contracts';
import { z } from 'zod';

export const text = (longest: number) =>
  z
    .string()
    .min(1, 'is missing')
    .max(longest, `expects at most ${longest} characters`)
    .refine((value) => !value.includes('\0'), 'must not contain NUL characters');

/** A password may be long (NIST SP 800-63B-4 section 3.1.1.2 asks for at least 64 characters), not endless; an old one may be short. */
export const signInRequestSchema = z.strictObject({
  username: text(255),
  password: text(PASSWORD_LENGTH.most),
}) satisfies z.ZodType<SignInRequest>;

const authMode = z.enum(['local', 'external']);

export const userSchema = z.object({
  id: z.int(),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(ROLES),
  authMode,
}) satisfies z.ZodType<User>;

export const sessionSchema = z.object({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().min(0),
  sessionExpiresAt: z.iso.datetime(),
  idleTimeout: z.int().min(1),
  authMode,
  user: userSchema,
}) satisfies z.ZodType<Session>;
