import type { INestApplicationContext } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { ReadinessReason, Rollout, Stage } from '@cutover/contracts';
import type { Movement, NamedPeople, PlannedMovement } from '@cutover/rollout';

/** `USE_EXTERNAL_AUTH`, as far as the command line's own settings know. */
export const isSwitchedOn = (context: INestApplicationContext) =>
  context.get(SettingsService, { strict: false }).get('useExternalAuth', { infer: true });

/** The decision in force; a stage that the master switch overrules says so. */
export function described(rollout: Rollout, switchedOn: boolean): string {
  return [
    `stage       ${rollout.stage}`,
    ...(rollout.stage === 'percent' ? [`percent     ${rollout.percent}`] : []),
    `test users  ${rollout.testUsers.join(', ') || '-'}`,
    `version     ${rollout.version}`,
    `decided     ${rollout.changedAt} by ${rollout.changedBy}`,
    `reason      ${rollout.reason}`,
    ...(rollout.hold ? [`hold        since ${rollout.hold.since}: ${rollout.hold.reason}`] : []),
    ...(switchedOn || rollout.stage === 'off' ? [] : [OVERRULED]),
  ].join('\n');
}

const OVERRULED = 'USE_EXTERNAL_AUTH is false here: everybody signs in locally until it is true.';

/** A stage as a person says it: `percent 25`. */
export const stageOf = ({ stage, percent }: { stage: Stage; percent?: number }) =>
  stage === 'percent' ? `percent ${percent}` : stage;

/** What a decision does to whom. */
export function describedMovement(movement: Movement): string {
  const { toExternal, toLocal, atRisk, askedOnce, noWayIn, keptOut, people } = movement;
  return [
    `${people.external} on the external side then, ${people.local} on the local one.`,
    ...group(toExternal, 'to the external side'),
    ...group(toLocal, 'back to the local side'),
    ...(toExternal.count + toLocal.count === 0 ? ['Nobody changes side.'] : []),
    ...(atRisk.count === 0
      ? []
      : [
          `Of these, ${atRisk.count} at risk (${share(atRisk.count, toExternal.count)}): ${reasons(atRisk.reasons)}.`,
        ]),
    ...describedAskedOnce(askedOnce),
    ...(keptOut.count === 0
      ? []
      : [
          `${keptOut.count} kept out, their account on the external side is disabled or gone: ${listed(keptOut)}.`,
        ]),
    ...(noWayIn.count === 0
      ? []
      : [
          `Warning: ${noWayIn.count} on the local side without a local password, who can sign in nowhere: ${listed(noWayIn)}.`,
        ]),
  ].join('\n');
}

/** The question of a first sign-in that nothing but the name proves. */
export const describedAskedOnce = (people: NamedPeople) =>
  people.count === 0
    ? []
    : [
        `${people.count} without an e-mail address here are asked once for the password used until now: ${listed(people)}.`,
      ];

export function describedPlan(plan: PlannedMovement): string {
  return `From ${stageOf(plan.from)} to ${stageOf(plan.to)}:\n${describedMovement(plan)}`;
}

/** A share of people; less than all of them is never rounded up to that. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const percent = (100 * part) / whole;
  return `${part === whole ? '100' : Math.min(percent, 99.9).toFixed(1)} %`;
}

const group = (people: NamedPeople, where: string) =>
  people.count === 0 ? [] : [`${people.count} ${where}: ${listed(people)}.`];

export const listed = ({ count, names }: NamedPeople) =>
  count > names.length ? `${names.join(', ')} and ${count - names.length} more` : names.join(', ');

const reasons = (counts: Partial<Record<ReadinessReason, number>>) =>
  Object.entries(counts)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
