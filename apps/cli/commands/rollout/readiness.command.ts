import { READINESS_REASONS, type ReadinessReason, type ReadinessReport } from '@cutover/contracts';
import { type PlannedMovement, ReadinessService, RolloutPlanner } from '@cutover/rollout';
import { Command } from 'commander';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { describedAskedOnce, share, stageOf } from './described';

/** What an operator can do about each. */
const ADVICE: Record<ReadinessReason, string> = {
  no_external_account: 'make them an account over there; until then every stage leaves them local',
  disabled: 'enable the account over there, or pin them to local',
  guest: 'make them a member over there; until then every stage leaves them local',
  ambiguous: 'say which account is theirs; until then every stage leaves them local',
  conflict: 'link them by hand, or pin them to local',
  account_locked: 'unlock the account over there, or pin them to local',
  password_expired: 'have them change the password over there, or pin them to local',
  mfa_required: 'pin them to local: this sign-in knows no second factor',
  password_differs: 'tell them that the password over there will count, or pin them to local',
  no_local_password: 'give them a local password: without one they cannot come back',
};

export function readinessCommand(): Command {
  return new Command('readiness')
    .description(
      'who is ready for the external side, who would fail and why, and what the next step would risk',
    )
    .addHelpText('after', examples('cutover rollout readiness', 'cutover rollout readiness --json'))
    .action(async (_options, command: Command) => {
      const answer = await withCurrentSchema(async (context) => ({
        ...(await context.get(ReadinessService, { strict: false }).report()),
        next: await context.get(RolloutPlanner, { strict: false }).ahead(),
      }));
      print(command, answer, ({ next, ...report }) => `${describedReport(report)}\n\n${describedNext(next)}`);
    });
}

function describedReport({ total, ready, atRisk, unknown, reasons }: ReadinessReport): string {
  const risks = READINESS_REASONS.filter((reason) => reasons[reason] > 0).map((reason): [string, number] => [
    `  ${reason}`,
    reasons[reason],
  ]);
  const rows: [string, number][] = [
    ['ready', ready],
    ['at risk', atRisk],
    ...risks,
    ['unknown', unknown],
    ['total', total],
  ];
  return table(
    ['PEOPLE', 'COUNT', 'SHARE'],
    rows.map(([name, count]) => [name, String(count), share(count, total)]),
  );
}

function describedNext(next: PlannedMovement | null): string {
  if (next === null) return 'Nothing is left to open.';
  const { toExternal, atRisk, askedOnce } = next;
  const sentence =
    `The next step, ${stageOf(next.to)}, moves ${toExternal.count} to the external side and puts ` +
    `${atRisk.count} of them at risk (${share(atRisk.count, toExternal.count)}).`;
  const asked = describedAskedOnce(askedOnce);
  if (atRisk.count === 0) return [sentence, ...asked].join('\n');
  const rows = atRisk.people.map(({ username, reason }) => [username, reason, ADVICE[reason]]);
  const rest = atRisk.count - rows.length;
  return [
    `${sentence} Pin or fix first:`,
    table(['USERNAME', 'REASON', 'WHAT TO DO'], rows),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    ...asked,
  ].join('\n');
}
