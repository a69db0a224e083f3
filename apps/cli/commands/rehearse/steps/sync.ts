import { join } from 'node:path';
import type { Rehearsal } from '../rehearsal';
import { EXPORT } from './start';

interface Planned {
  counts: { action: string; count: number }[];
  withoutAccount: { count: number };
}

interface Applied {
  run: string;
  linked: Record<string, number>;
}

/** A plan from the export, a backup, and the plan applied. */
export async function sync({ programs, folder, result }: Rehearsal): Promise<void> {
  const plan = join(folder, 'plan.jsonl');
  const planned = await programs.cutover<Planned>([
    'users',
    'sync',
    '--from',
    join(folder, EXPORT),
    '--plan',
    plan,
    // Who is what account is made up here; what an operator says yes to is said in the report.
    '--accept-name-matches',
  ]);
  await programs.cutover(['backup', '--to', join(folder, 'before-the-sync.backup')]);
  const { run, linked } = await programs.cutover<Applied>(['users', 'sync', '--apply', plan]);
  const byName = linked['username_local_part'] ?? 0;
  const counted = (action: string) =>
    planned.counts.filter((line) => line.action === action).reduce((sum, { count }) => sum + count, 0);
  result.sync = {
    run,
    linked: Object.values(linked).reduce((sum, count) => sum + count, 0),
    byName,
    ambiguous: counted('ambiguous'),
    proposed: counted('propose'),
    review: counted('review'),
    withoutAccount: planned.withoutAccount.count,
  };
}
