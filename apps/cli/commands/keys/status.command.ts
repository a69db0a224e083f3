import { KeySurvey, type KeyState, type SurveyedKeys } from '@cutover/sessions';
import { Command } from 'commander';
import { KeysMissing } from '../../errors';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';

const MEANINGS: Record<KeyState, string> = {
  current: 'the first: new tokens are sealed under it',
  needed: 'still needed: "cutover keys rotate" seals these again',
  removable: 'can be removed, once every process has the first key first',
  missing: 'not configured: the API does not start without it',
};

export function statusCommand(): Command {
  return new Command('status')
    .description('how many sessions need which key; exits with 1 where one is needed that is not configured')
    .addHelpText('after', examples('cutover keys status', 'cutover keys status --json'))
    .action(async (_options, command: Command) => {
      const survey = await withCurrentSchema((context) => context.get(KeySurvey, { strict: false }).take());
      print(command, survey, described);
      const missing = survey.keys.filter(({ state }) => state === 'missing').map(({ kid }) => kid);
      if (missing.length > 0) throw new KeysMissing(missing);
    });
}

function described({ keys, unsealed }: SurveyedKeys): string {
  const rows = keys.map(({ kid, rows, state }) => [kid, String(rows), MEANINGS[state]]);
  const lines = [table(['KEY', 'SESSIONS', 'STATE'], rows)];
  if (unsealed > 0) lines.push(`Of ${unsealed} session(s) the stored tokens name no key: no key opens them.`);
  return lines.join('\n');
}
