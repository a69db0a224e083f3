import { OPEN_STAGES, type OpenStage, RolloutPlanner, RolloutService } from '@cutover/rollout';
import { Argument, Command } from 'commander';
import { operator } from '../../operator';
import { examples, names, wholeNumber } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { checked } from './decision';
import { describedPlan } from './described';
import { describedSchedule, scheduleLeft } from './schedule';

interface PlanOptions {
  users?: string[];
  percent?: number;
}

export function planCommand(): Command {
  return new Command('plan')
    .description('who would change side, and who of them is at risk; decides nothing')
    .addArgument(new Argument('[stage]', 'the stage; the next step when not given').choices(OPEN_STAGES))
    .option('--users <names>', 'the test users, with commas and no spaces between', names)
    .option('--percent <n>', 'the share of people for the stage "percent"', wholeNumber(0, 100))
    .addHelpText('after', examples('cutover rollout plan', 'cutover rollout plan percent --percent 5 --json'))
    .action(async (stage: OpenStage | undefined, options: PlanOptions, command: Command) => {
      const plan = await withCurrentSchema(async (context) => {
        const planner = context.get(RolloutPlanner, { strict: false });
        const step = stage ? { stage, percent: options.percent } : await planner.next();
        const change = step && { ...step, testUsers: options.users, reason: 'plan' };
        if (!change) return null;
        const planned = await planner.plan(checked(change, {}), operator());
        const schedule = await context.get(RolloutService, { strict: false }).schedule();
        return { ...planned, autoPromote: scheduleLeft(schedule, planned.from) };
      });
      print(command, plan, () =>
        plan
          ? [describedPlan(plan), ...describedSchedule(plan.autoPromote)].join('\n')
          : 'Nothing is left to open.',
      );
    });
}
