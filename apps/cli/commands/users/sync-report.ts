import type { Applied, Listed, NamedReason, Planned as PlannedSync, PlanSummary } from '@cutover/users';
import { table } from '../../output';

/** Where people without an account over there sign in, stage by stage (design section 4). */
export const STAGES_WITHOUT_ACCOUNT = {
  off: 'local',
  shadow: 'local',
  'test-users': 'local',
  percent: 'local',
  all: 'local',
} as const;

export interface Planned extends Omit<PlannedSync, 'sha256' | 'withoutAccount'> {
  dryRun: true;
  /** Where the plan was written. */
  plan: string | null;
  source: { file: string; sha256: string };
  withoutAccount: PlanSummary['withoutAccount'] & { stages: typeof STAGES_WITHOUT_ACCOUNT };
}

const ACTIONS: Record<PlanSummary['counts'][number]['action'], string> = {
  keep: 'linked already',
  link: 'to be linked',
  propose: 'proposed, not linked',
  ambiguous: 'ambiguous, not linked',
  review: 'to be reviewed, not linked',
  none: 'no account to link',
};

export function describedPlan(planned: Planned): string {
  const { plan, source, users, accounts, counts, ...people } = planned;
  const rows = counts.map(({ action, proof, count }) => [ACTIONS[action], proof ?? '-', String(count)]);
  return [
    `${users} user(s) here, ${accounts} account(s) in ${source.file}.`,
    '',
    table(['USERS ARE', 'PROOF', 'COUNT'], rows),
    ...spaced(listed('Proposed', people.proposed)),
    ...spaced(listed('Ambiguous', people.ambiguous)),
    ...spaced(listed('To be reviewed', people.review)),
    ...spaced(describedLeavers({ keptOut: people.leavers.newly, excepted: people.leavers.excepted }, false)),
    ...describedWithoutAccount(people.withoutAccount),
    '',
    plan === null
      ? 'Nothing was changed. Add --plan FILE to keep this as a plan that can be applied.'
      : `Nothing was changed. "cutover users sync --apply ${plan}" applies the plan.`,
    ...asked(people),
  ].join('\n');
}

/** Whom a plan keeps out, or has kept out, and whom an exception lets in all the same. */
export function describedLeavers(
  { keptOut, excepted }: Pick<Applied, 'keptOut' | 'excepted'>,
  isDone: boolean,
): string[] {
  const title = isDone
    ? 'Kept out on both sides, their sessions ended'
    : 'To be kept out on both sides, and their sessions to end';
  return [...listed(title, keptOut), ...listed('Let in all the same', excepted)];
}

/** What applying it will ask for. */
function asked({
  acceptLeavers,
  leavesNoAdministrator,
}: Pick<Planned, 'acceptLeavers' | 'leavesNoAdministrator'>) {
  return [
    ...(acceptLeavers === null
      ? []
      : [`It keeps out many people: add --accept-leavers ${acceptLeavers} if that is right.`]),
    ...(leavesNoAdministrator
      ? ['No administrator could sign in afterwards: pin one to local first, or add --accept-no-admin.']
      : []),
  ];
}

function describedWithoutAccount({
  count,
  states,
  withoutPassword,
  pinnedExternal,
  stages,
}: Planned['withoutAccount']): string[] {
  if (count === 0) return [];
  const kinds = Object.entries(states).map(([state, number]) => `${number} ${state}`);
  return [
    '',
    `${count} have no account over there that they could sign in with (${kinds.join(', ')}).`,
    `They stay local in every stage: ${Object.keys(stages).join(', ')}.`,
    ...named('have no local password either, and cannot sign in at all', withoutPassword),
    ...named('are pinned to the external side, which refuses them: unpin them', pinnedExternal),
  ];
}

function named(what: string, { count, first }: Listed<{ id: number; username: string }>): string[] {
  if (count === 0) return [];
  const people = first.map(({ id, username }) => `${username} (id ${id})`).join(', ');
  return [`${count} of them ${what}: ${people}${more(count - first.length)}`];
}

function listed(title: string, { count, first }: Listed<NamedReason>): string[] {
  if (count === 0) return [];
  return [
    `${title} (${count}):`,
    ...first.map(({ id, username, reason }) => `  ${username} (id ${id}): ${reason}`),
    ...(count > first.length ? [` ${more(count - first.length)}`] : []),
  ];
}

const spaced = (lines: string[]) => (lines.length === 0 ? [] : ['', ...lines]);

const more = (count: number) => (count > 0 ? ` and ${count} more` : '');
