import { type PromotionSchedule, type ScheduledStep, stepsLeft } from '@cutover/rollout';
import type { Rollout } from '@cutover/contracts';
import { InvalidArgumentError } from 'commander';
import { stageOf } from './described';

/** With a time zone: a schedule means one moment, wherever it is read. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** Reads `25@2026-12-01T08:00Z,all@2026-12-08T08:00Z`. @throws InvalidArgumentError for anything else */
export function scheduledSteps(text: string): ScheduledStep[] {
  return text.split(',').map((step) => {
    const [share = '', moment = ''] = step.split('@', 2);
    const percent = /^([1-9]\d?|100)$/.test(share) ? Number(share) : null;
    const at = MOMENT.test(moment) ? Date.parse(moment) : NaN;
    if ((percent === null && share !== 'all') || Number.isNaN(at))
      throw new InvalidArgumentError(
        'Expects steps like 25@2026-12-01T08:00Z with commas between: a share from 1 to 100 or "all", and when, with a time zone.',
      );
    return { stage: percent === null ? 'all' : 'percent', percent, at };
  });
}

/** What is left of a schedule, for `--json`; `null` where a person has to go on. */
export interface ScheduleLeft {
  version: number;
  setBy: string;
  setAt: string;
  reason: string;
  steps: { stage: ScheduledStep['stage']; percent: number | null; at: string }[];
}

export function scheduleLeft(
  schedule: PromotionSchedule | null,
  current: Pick<Rollout, 'stage' | 'percent'>,
): ScheduleLeft | null {
  if (schedule === null) return null;
  const { version, setBy, setAt, reason } = schedule;
  const steps = stepsLeft(schedule.steps, current).map((step) => ({
    ...step,
    at: new Date(step.at).toISOString(),
  }));
  return steps.length === 0 ? null : { version, setBy, setAt: new Date(setAt).toISOString(), reason, steps };
}

export function describedSchedule(schedule: ScheduleLeft | null): string[] {
  if (schedule === null) return [];
  const steps = schedule.steps.map(
    ({ stage, percent, at }) => `${stageOf({ stage, ...(percent !== null && { percent }) })} from ${at}`,
  );
  return [
    `scheduled   ${steps.join(', ')}; by ${schedule.setBy} with version ${schedule.version}. Each step waits for a healthy`,
    `            verdict, a closed circuit and a recent backup; a hold or any other decision ends the schedule.`,
  ];
}
