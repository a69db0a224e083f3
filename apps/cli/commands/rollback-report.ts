import {
  type KeptOutPerson,
  type Listing,
  named,
  type NamedPerson,
  type PersonWithoutPassword,
  type RollbackPlan,
  type RolledBack,
} from '@cutover/rollout';
import { asArgument } from '../as-argument';
import { table } from '../output';
import { stageOf } from './rollout/described';

const KEPT_OUT: Record<KeptOutPerson['reason'], string> = {
  inactive: 'inactive here',
  account_disabled: 'account disabled',
  account_gone: 'account gone',
};

/** What a rollback would do, and to whom. */
export function describedRollbackPlan(plan: RollbackPlan): string {
  const { count } = plan.lockedOut;
  return [
    plan.already
      ? 'The rollout is off already, and on hold.'
      : `From ${stageOf(plan)} (version ${plan.version}) to off, on hold: ${plan.toLocal} back to local sign-in.`,
    ...meets(plan, 'would end'),
    count === 0
      ? 'It would lock nobody out.'
      : `It would be refused: ${count} would be locked out. Give them codes first, or say --accept-locked-out.`,
  ].join('\n');
}

/** What was done, and what is to do next. */
export function describedRollback(done: RolledBack): string {
  const { rollout, already, toLocal } = done;
  return [
    already
      ? `The rollout is off already: version ${rollout.version}, by ${rollout.changedBy} at ${rollout.changedAt}.`
      : `The rollout is off since version ${rollout.version}, in every process within 5 seconds: ${toLocal} back to local sign-in.`,
    ...(rollout.hold ? [`On hold since ${rollout.hold.since}: ${rollout.hold.reason}`] : []),
    ...meets(done, 'ended'),
    '',
    'Next:',
    ...nextSteps(done).map((step) => `- ${step}`),
  ].join('\n');
}

function meets(plan: RollbackPlan | RolledBack, end: string): string[] {
  const { withoutPassword, keptOut, createdSince, stillExternal, liveExternal, sessions } = plan;
  const live = 'ended' in plan && sessions === 'end' ? plan.ended : liveExternal.sessions;
  return [
    ...(withoutPassword.count === 0 ? [] : ['', describedWithout(withoutPassword), '']),
    ...people('kept out whatever their password', keptOut, ({ reason, since }) =>
      since === null
        ? `: ${KEPT_OUT[reason]}`
        : `: ${KEPT_OUT[reason]}, known since ${new Date(since).toISOString()}`,
    ),
    ...people('came in by the external side', createdSince),
    ...people('pinned to the external side, who stay there', stillExternal, ({ problem }) =>
      problem === null ? '' : `, local password: ${problem}`,
    ),
    ...(live === 0
      ? ['No external session is live.']
      : [
          `${live} external session(s) ${sessions === 'end' ? end : 'go on'}, of ${named(liveExternal.people).text}.`,
        ]),
  ];
}

function describedWithout({ count, first }: Listing<PersonWithoutPassword>): string {
  const rows = first.map(({ username, problem, lockedOut }) => [
    username,
    problem,
    lockedOut ? 'yes' : 'no',
    `cutover users issue-reset ${asArgument(username)}`,
  ]);
  return [
    `${count} active without a usable local password:`,
    table(['USERNAME', 'PASSWORD', 'LOCKED OUT BY THIS', 'WHAT TO DO'], rows),
    ...(count > rows.length ? [`and ${count - rows.length} more`] : []),
  ].join('\n');
}

function people<T extends NamedPerson>(
  what: string,
  list: Listing<T>,
  say?: (person: T) => string,
): string[] {
  return list.count === 0 ? [] : [`${list.count} ${what}: ${named(list, say).text}.`];
}

function nextSteps({ withoutPassword, stillExternal, liveExternal, sessions }: RolledBack): string[] {
  return [
    ...(withoutPassword.count === 0
      ? []
      : ['give everybody above a code: "cutover users issue-reset NAME"; the portal takes it at /reset']),
    ...(stillExternal.count === 0
      ? []
      : [
          'bring back who is pinned, whoever has no local password after a code: "cutover rollout unpin NAME"',
        ]),
    ...(sessions === 'keep' && liveExternal.sessions > 0
      ? [
          'external sessions last until they run out; "cutover rollback --sessions end" with a reason ends them',
        ]
      : []),
    'see where it stands: "cutover rollout status"',
    'once the cause is dealt with, open a stage again with --lift-hold; docs/rollback.md has the rest of the way back',
  ];
}
