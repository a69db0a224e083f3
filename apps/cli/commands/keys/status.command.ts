import { AuditKeys, type AuditKeyUse } from '@cutover/operations';
import { KeySurvey, type KeyState, type SurveyedKeys } from '@cutover/sessions';
import { Command } from 'commander';
import { AuditKeysMissing, KeysMissing } from '../../errors';
import { examples } from '../../options';
import { print, table } from '../../output';
import { withCurrentSchema } from '../../with-context';

const MEANINGS: Record<KeyState, string> = {
  current: 'the first: new tokens are sealed under it',
  needed: 'still needed: "cutover keys rotate" seals these again',
  removable: 'can be removed, once every process has the first key first',
  missing: 'not configured: the API does not start without it',
};

const AUDIT_MEANINGS: Record<AuditKeyUse['state'], string> = {
  current: 'the first: new entries are sealed under it',
  needed: 'still needed: it verifies these',
  removable: 'can be removed, once every process has the first key first',
  missing: 'not configured: these cannot be verified',
};

interface Status extends SurveyedKeys {
  /** Keys of the audit trail, with how many entries were sealed under each. */
  audit: AuditKeyUse[];
}

export function statusCommand(): Command {
  return new Command('status')
    .description(
      'how many sessions, and entries of the audit trail, need which key; exits with 1 where one is needed that is not configured',
    )
    .addHelpText('after', examples('cutover keys status', 'cutover keys status --json'))
    .action(async (_options, command: Command) => {
      const status = await withCurrentSchema(async (context): Promise<Status> => ({
        ...(await context.get(KeySurvey, { strict: false }).take()),
        audit: await context.get(AuditKeys, { strict: false }).survey(),
      }));
      print(command, status, described);
      const [missing, unverified] = [missingOf(status.keys), missingOf(status.audit)];
      if (missing.length > 0) throw new KeysMissing(missing);
      if (unverified.length > 0) throw new AuditKeysMissing(unverified);
    });
}

const missingOf = (keys: { kid: string; state: string }[]) =>
  keys.filter(({ state }) => state === 'missing').map(({ kid }) => kid);

function described({ keys, unsealed, audit }: Status): string {
  const rows = keys.map(({ kid, rows, state }) => [kid, String(rows), MEANINGS[state]]);
  const lines = [table(['KEY', 'SESSIONS', 'STATE'], rows)];
  if (unsealed > 0) lines.push(`Of ${unsealed} session(s) the stored tokens name no key: no key opens them.`);
  if (audit.some(({ entries }) => entries > 0)) {
    const sealed = audit.map(({ kid, entries, state }) => [kid, String(entries), AUDIT_MEANINGS[state]]);
    lines.push('', table(['AUDIT KEY', 'ENTRIES', 'STATE'], sealed));
  }
  return lines.join('\n');
}
