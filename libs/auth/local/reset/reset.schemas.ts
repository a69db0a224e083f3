import { PASSWORD_LENGTH, type PasswordResetRequest } from '@cutover/contracts';
import { z } from 'zod';

const text = (longest: number) =>
  z
    .string()
    .min(1, 'is missing')
    .max(longest, `expects at most ${longest} characters`)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must not contain NUL characters');

export const passwordResetSchema = z.strictObject({
  username: text(255),
  code: text(64),
  newPassword: text(PASSWORD_LENGTH.most),
}) satisfies z.ZodType<PasswordResetRequest>;
