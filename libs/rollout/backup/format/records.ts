import { STAGES } from '@cutover/contracts';
import { z } from 'zod';

/** A column's value as JSON can say it; bytes in base64. */
export type Value = string | number | null | { base64: string };
export type Row = Value[];

const row = z.array(
  z.union([z.string(), z.number(), z.null(), z.strictObject({ base64: z.base64() })]),
) satisfies z.ZodType<Row>;
const columns = z.array(z.string().min(1)).min(1);

/** The first line. */
export const headerSchema = z.strictObject({
  backup: z.literal('cutover'),
  version: z.literal(1),
  /** When the data was read, epoch milliseconds. */
  takenAt: z.int(),
  engine: z.enum(['mysql', 'sqlite']),
  /** Of which database it is; backups of the first release do not say. */
  databaseId: z.uuid().optional(),
  columns: z.strictObject({
    users: columns,
    state: columns,
    account: columns,
    runs: columns,
    changes: columns,
  }),
  policy: z.strictObject({
    version: z.int(),
    stage: z.enum(STAGES),
    percent: z.int().min(0).max(100),
    testUserIds: z.array(z.int()),
    changedBy: z.string(),
    changedAt: z.int(),
    reason: z.string(),
    salt: z.string().min(1).max(43),
    hold: z.strictObject({ reason: z.string(), since: z.int() }).nullable(),
  }),
});
export type BackupHeader = z.infer<typeof headerSchema>;

/** Lines between: people by id, each with what stands beside their row; then each run of the ledger with its changes. */
export const recordSchema = z.union([
  z.strictObject({ user: row, state: row.nullable(), account: row.nullable() }),
  z.strictObject({ run: row }),
  z.strictObject({ change: row }),
]);
export type BackupRecord = z.infer<typeof recordSchema>;
export type BackedUpPerson = Extract<BackupRecord, { user: Row }>;

export interface Counts {
  users: number;
  runs: number;
  changes: number;
}

/** The last line: what must have come before it. */
export const endSchema = z.strictObject({
  end: z.strictObject({
    users: z.int(),
    runs: z.int(),
    changes: z.int(),
    /** Of all lines before, with their ends. */
    sha256: z.string(),
  }),
});
