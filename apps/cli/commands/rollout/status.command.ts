import {
  type GuardrailVerdict,
  GuardrailVerdicts,
  type RolloutNote,
  RolloutNotes,
  RolloutPlanner,
  RolloutService,
  ShadowStage,
} from '@cutover/rollout';
import { Command } from 'commander';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { described, isSwitchedOn, stageOf } from './described';
import { describedSchedule, scheduleLeft } from './schedule';

/** Notes and verdicts of so many days are shown, and at most so many of them. */
const RECENT = { days: 7, notes: 20, verdicts: 5 };

export function statusCommand(): Command {
  return new Command('status')
    .description(
      'the stage in force, who decided it, how many people are on each side, what shadow found, the latest verdicts and notes',
    )
    .addHelpText('after', examples('cutover rollout status --json'))
    .action(async (_options, command: Command) => {
      const { switchedOn, ...status } = await withCurrentSchema(async (context) => ({
        ...(await decisionInForce(context.get(RolloutService, { strict: false }))),
        people: await context.get(RolloutPlanner, { strict: false }).sidesNow(),
        shadow: await context.get(ShadowStage, { strict: false }).counts(),
        verdicts: await context.get(GuardrailVerdicts, { strict: false }).since(recent(), RECENT.verdicts),
        notes: await context.get(RolloutNotes, { strict: false }).since(recent(), RECENT.notes),
        switchedOn: isSwitchedOn(context),
      }));
      print(command, status, () => {
        const { external, local, inactive, left } = status.people;
        return [
          described(status, switchedOn),
          ...describedSchedule(status.autoPromote),
          `people      ${external} external, ${local} local, ${inactive} inactive${left > 0 ? `, ${left} kept out: their account is disabled or gone` : ''}`,
          ...describedShadow(status.shadow),
          ...(status.verdicts.length === 0
            ? []
            : ['', 'Latest verdicts of the guardrail:', verdictsTable(status.verdicts)]),
          ...(status.notes.length === 0
            ? []
            : ['', `Notes of the last ${RECENT.days} days:`, notesTable(status.notes)]),
        ].join('\n');
      });
    });
}

async function decisionInForce(rollout: RolloutService) {
  const current = await rollout.current();
  return { ...current, autoPromote: scheduleLeft(await rollout.schedule(), current) };
}

const recent = () => Date.now() - RECENT.days * 24 * 60 * 60 * 1000;

function describedShadow(counts: Partial<Record<string, number>>): string[] {
  const findings = Object.entries(counts).map(([finding, count]) => `${count} ${finding}`);
  return findings.length === 0 ? [] : [`shadow      ${findings.join(', ')}`];
}

const verdictsTable = (verdicts: GuardrailVerdict[]) =>
  table(
    ['AT', 'STAGE', 'VERDICT', 'PEOPLE', 'ACTION', 'REASONS'],
    verdicts.map(({ at, stage, percent, verdict, figures, action, reasons }) => [
      at,
      stageOf({ stage, percent }),
      verdict,
      String(figures.external.people),
      action ?? '-',
      reasons.join('; ') || '-',
    ]),
  );

const notesTable = (notes: RolloutNote[]) =>
  table(
    ['AT', 'BY', 'ABOUT', 'STAGE', 'REQUEST', 'NOTE'],
    notes.map(({ at, author, username, stage, requestId, message }) => [
      at,
      author,
      username ?? '-',
      stage,
      requestId ?? '-',
      message,
    ]),
  );
