import type { TrailRow } from '../trail-row';

/**
 * What an entry proves beyond its action: columns of their own, so that nobody has to read JSON for a decision.
 * `local_sign_in`: somebody got in by a local password, break-glass accounts apart. `fallback`: the local password was
 * asked because the external side was unavailable. `break_glass_drill`: a break-glass account got in while it was
 * down; `break_glass_use`: while it was not. `restore_proven`: a backup was restored, for real or in a rehearsal.
 */
export type Fact =
  | 'local_sign_in'
  | 'fallback'
  | 'break_glass_drill'
  | 'break_glass_use'
  | 'break_glass_test'
  | 'restore_proven';

/** Kept when the entries of their time are pruned. */
export const EVIDENCE: readonly Fact[] = [
  'break_glass_drill',
  'break_glass_use',
  'break_glass_test',
  'restore_proven',
];

interface Telling {
  action: string;
  outcome: string;
  detail?: Record<string, unknown> | undefined;
}

/** The one place that says which entry is which fact. */
export function factOf({ action, outcome, detail = {} }: Telling): Fact | null {
  if (action === 'sign_in.fallback') return 'fallback';
  if (outcome !== 'success') return null;
  switch (action) {
    case 'sign_in':
      return detail['authMode'] === 'local' && detail['breakGlass'] !== true ? 'local_sign_in' : null;
    case 'break_glass.sign_in':
      return detail['provider'] === 'down' ? 'break_glass_drill' : 'break_glass_use';
    case 'break_glass.tested':
      return 'break_glass_test';
    case 'backup.restored':
      return 'restore_proven';
    case 'rehearsal.completed':
      return detail['backupRestored'] === true ? 'restore_proven' : null;
    default:
      return null;
  }
}

/** What was made no JSON tells nothing: `null`, and never an empty answer. */
export function parsedDetail(detail: string | null): Record<string, unknown> | null {
  if (detail === null) return {};
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** What an entry says, whatever its column `fact` says. */
export function saidBy({ detail, ...row }: Pick<TrailRow, 'action' | 'outcome' | 'detail'>): Fact | null {
  const parsed = parsedDetail(detail);
  return parsed === null ? null : factOf({ ...row, detail: parsed });
}
