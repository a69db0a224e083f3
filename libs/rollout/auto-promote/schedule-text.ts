import { z } from 'zod';
import type { ScheduledStep } from './promotion-schedule';

/** A day that exists, and a time zone: a schedule means one moment, wherever it is read (RFC 3339, seconds optional). */
const MOMENT = z.union([
  z.iso.datetime({ offset: true, precision: -1 }), // minutes
  z.iso.datetime({ offset: true, precision: 0 }), // seconds
]);
const SHARE = /^([1-9]\d?|100|all)$/;

/**
 * Reads `25@2026-12-01T08:00Z,all@2026-12-08T08:00Z`.
 *
 * @returns the steps as they stand there, or what is wrong with which one, in words for the operator
 */
export function readSteps(text: string): ScheduledStep[] | { fault: string } {
  const steps: ScheduledStep[] = [];
  for (const step of text.split(',')) {
    const [share = '', moment = '', ...rest] = step.split('@');
    if (!SHARE.test(share) || !moment || rest.length > 0)
      return {
        fault: `"${step}" is no step: expects steps like 25@2026-12-01T08:00Z with commas between, each a share from 1 to 100 or "all", and when.`,
      };
    if (!MOMENT.safeParse(moment).success)
      return {
        fault: `"${moment}" is no moment: expects a day that exists, a time and a time zone, like 2026-12-01T08:00Z or 2026-12-01T09:00+01:00.`,
      };
    const at = Date.parse(moment);
    steps.push(
      share === 'all'
        ? { stage: 'all', percent: null, at }
        : { stage: 'percent', percent: Number(share), at },
    );
  }
  return steps;
}
