import { PASSWORD_LENGTH, type PasswordChangeRequest } from '@cutover/contracts';
import { z } from 'zod';

const password = z
  .string()
  .min(1, 'is missing')
  .max(PASSWORD_LENGTH.most, `expects at most ${PASSWORD_LENGTH.most} characters`)
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must not contain NUL characters');

export const passwordChangeSchema = z.strictObject({
  password,
  newPassword: password,
}) satisfies z.ZodType<PasswordChangeRequest>;
