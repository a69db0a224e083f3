import {
  type Page,
  type Pin,
  READINESS_REASONS,
  type ReadinessReport,
  ROLES,
  type Rollout,
  STAGES,
  type AdminUser,
  type AdminUserChange,
  type AuditRecord,
} from '@cutover/contracts';
import { z } from 'zod';
import { OPEN_STAGES } from './policy/open-stages';

const username = z.string().min(1).max(150);

export const rolloutSchema = z.object({
  stage: z.enum(STAGES),
  percent: z.int().min(0).max(100),
  testUsers: z.array(username),
  version: z.int().min(0),
  changedBy: z.string(),
  changedAt: z.iso.datetime(),
  reason: z.string(),
  hold: z.object({ reason: z.string(), since: z.iso.datetime() }).nullable(),
}) satisfies z.ZodType<Rollout>;

/** Text that somebody writes for others to read; what a terminal would obey is made visible where it is shown. */
export const rolloutNoteSchema = z
  .string()
  .trim()
  .min(1, 'is missing')
  .max(2000, 'expects at most 2000 characters')
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must not contain NUL characters');

export const rolloutChangeSchema = z.strictObject({
  stage: z.enum(OPEN_STAGES, `expects one of ${OPEN_STAGES.join(', ')}`),
  percent: z.int().min(0).max(100).optional(),
  testUsers: z.array(username).max(1000).optional(),
  reason: z
    .string()
    .trim()
    .min(1, 'says why, for those who read it later')
    .max(500)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must not contain control characters'),
  liftHold: z.boolean().optional(),
});

export const pinSchema = z.enum(['local', 'external']).nullable() satisfies z.ZodType<Pin>;

export const adminUserSchema = z.object({
  id: z.int(),
  username: z.string(),
  email: z.string().nullable(),
  name: z.string(),
  role: z.enum(ROLES),
  active: z.boolean(),
  authMode: z.enum(['local', 'external']),
  pin: pinSchema,
  externalUserId: z.string().nullable(),
  azureEmail: z.string().nullable(),
  lastSignInAt: z.iso.datetime().nullable(),
  readiness: z.enum(['ready', 'at-risk', 'unknown']),
}) satisfies z.ZodType<AdminUser>;

export const adminUserPageSchema = z.object({
  items: z.array(adminUserSchema),
  nextCursor: z.string().nullable(),
}) satisfies z.ZodType<Page<AdminUser>>;

export const adminUserChangeSchema = z
  .strictObject({ pin: pinSchema.optional(), active: z.boolean().optional() })
  .refine(
    ({ pin, active }) => pin !== undefined || active !== undefined,
    'names nothing to change: send pin, active or both',
  ) satisfies z.ZodType<AdminUserChange>;

export const pageRequestSchema = z.strictObject({
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

export const userIdSchema = z.coerce
  .number<string>('expects a user id')
  .int()
  .positive()
  .max(Number.MAX_SAFE_INTEGER);

export const auditPageSchema = z.object({
  items: z.array(
    z.object({
      id: z.int(),
      at: z.iso.datetime(),
      actor: z.string(),
      action: z.string(),
      subject: z.string().nullable(),
      outcome: z.string(),
      code: z.string().nullable(),
      address: z.string().nullable(),
      requestId: z.string().nullable(),
      detail: z.unknown(),
    }),
  ),
  nextCursor: z.string().nullable(),
}) satisfies z.ZodType<Page<AuditRecord>>;

const count = z.int().min(0);

export const readinessReportSchema = z.object({
  total: count,
  ready: count,
  atRisk: count,
  unknown: count,
  reasons: z.record(z.enum(READINESS_REASONS), count),
}) satisfies z.ZodType<ReadinessReport>;
