import { type PromotionSchedule, readSteps, type ScheduledStep, stepsLeft } from '@cutover/rollout';
import type { Rollout } from '@cutover/contracts';
import { InvalidArgumentError } from 'commander';
import { stageOf } from './described';

/** The value of `--auto-promote`. @throws InvalidArgumentError */
export function scheduledSteps(text: string): ScheduledStep[] {
  const steps = readSteps(text);
  if ('fault' in steps) throw new InvalidArgumentError(steps.fault);
  return steps;
}

/** What is left of a schedule, for `--json`; `null` where a person has to go on. */
export interface ScheduleLeft {
  version: number;
  setBy: string;
  setAt: string;
  reason: string;
  steps: { stage: ScheduledStep['stage']; percent: number | null; at: string }[];
  /** What the first of them waits for, though it is due. */
  waiting: { for: string; since: string } | null;
}

export function scheduleLeft(
  schedule: PromotionSchedule | null,
  current: Pick<Rollout, 'stage' | 'percent'>,
): ScheduleLeft | null {
  if (schedule === null) return null;
  const { version, setBy, setAt, reason, waiting } = schedule;
  const steps = stepsLeft(schedule.steps, current).map((step) => ({ ...step, at: instant(step.at) }));
  if (steps.length === 0) return null;
  return {
    ...{ version, setBy, setAt: instant(setAt), reason, steps },
    waiting: waiting && { for: waiting.for, since: instant(waiting.since) },
  };
}

export function describedSchedule(schedule: ScheduleLeft | null): string[] {
  if (schedule === null) return [];
  const steps = schedule.steps.map(
    ({ stage, percent, at }) => `${stageOf({ stage, ...(percent !== null && { percent }) })} from ${at}`,
  );
  return [
    `scheduled   ${steps.join(', ')}; by ${schedule.setBy} with version ${schedule.version}. Each step waits for a healthy`,
    `            verdict, a closed circuit and a recent verified backup; any other decision ends the schedule.`,
    ...(schedule.waiting === null
      ? []
      : [
          `            The first is due, and since ${schedule.waiting.since} has waited for ${schedule.waiting.for}.`,
        ]),
  ];
}

const instant = (at: number) => new Date(at).toISOString();
