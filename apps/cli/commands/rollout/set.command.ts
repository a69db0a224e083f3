import { OPEN_STAGES, type OpenStage, type ScheduledStep } from '@cutover/rollout';
import { Argument, Command } from 'commander';
import { examples, names, wholeNumber } from '../../options';
import { checked, type DecisionOptions, decides, runDecision } from './decision';
import { scheduledSteps } from './schedule';

interface SetOptions extends DecisionOptions {
  users?: string[];
  percent?: number;
  liftHold?: true;
  autoPromote?: ScheduledStep[];
}

/** An operator turns it on knowingly. */
const SHADOW = `
Stages: off, shadow, test-users, percent, all.
Warning: in "shadow" everybody signs in locally, and each password that was right here is tried once a day on the
external side, in the background. Where it differs over there, that counts as one failed attempt there. A throttle
or a blocked address over there stops it with a hold.`;

export function setCommand(): Command {
  const set = new Command('set')
    .description(
      'open a stage, or go back to one; in force in every process within 5 seconds, live sessions go on',
    )
    .addArgument(new Argument('<stage>', 'the stage').choices(OPEN_STAGES))
    .option(
      '--users <names>',
      'the test users, with commas and no spaces between; kept when not given',
      names,
    )
    .option('--percent <n>', 'the share of people for the stage "percent"', wholeNumber(0, 100))
    .option('--lift-hold', 'what the hold was set for is dealt with: the rollout may go on')
    .option(
      '--auto-promote <steps>',
      'go on by itself, each step not before its time and only on healthy evidence, until anybody decides anything else: 25@2026-12-01T08:00Z,all@2026-12-08T08:00Z',
      scheduledSteps,
    );
  return decides(set)
    .addHelpText('after', SHADOW)
    .addHelpText(
      'after',
      examples(
        'cutover rollout set test-users --users grace,ada --reason "first two volunteers"',
        'cutover rollout set percent --percent 5 --reason "a quiet week" --dry-run',
        'cutover rollout set percent --percent 5 --reason "pilot" --auto-promote 25@2026-12-01T08:00Z,all@2026-12-08T08:00Z',
      ),
    )
    .action(async (stage: OpenStage, options: SetOptions, command: Command) => {
      const { percent, users: testUsers, reason, autoPromote } = options;
      await runDecision(command, options, () => ({
        ...checked({ stage, percent, testUsers, reason }, options),
        ...(autoPromote && { autoPromote }),
      }));
    });
}
