import type { TroubleReport } from '@cutover/contracts';
import { rolloutNoteSchema } from '@cutover/rollout';
import { z } from 'zod';

export const troubleReportSchema = z.strictObject({
  message: rolloutNoteSchema,
  username: z
    .string()
    .max(255, 'expects at most 255 characters')
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must not contain NUL characters')
    .optional(),
}) satisfies z.ZodType<TroubleReport>;
