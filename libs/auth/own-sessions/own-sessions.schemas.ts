import type { OwnSession, Page } from '@cutover/contracts';
import { z } from 'zod';

const ownSessionSchema = z.object({
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  authMode: z.enum(['local', 'external']),
  current: z.boolean(),
}) satisfies z.ZodType<OwnSession>;

export const ownSessionPageSchema = z.object({
  items: z.array(ownSessionSchema),
  nextCursor: z.string().nullable(),
}) satisfies z.ZodType<Page<OwnSession>>;
