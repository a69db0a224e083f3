import type { INestApplicationContext } from '@nestjs/common';
import { PeopleService } from '@cutover/rollout';
import { SessionList } from '@cutover/sessions';
import { Command } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { personCalled } from '../../person-called';
import { withCurrentSchema } from '../../with-context';

interface RevokeOptions {
  user: string;
  session?: string;
  dryRun?: boolean;
}

interface Revoked {
  dryRun: boolean;
  user: string;
  /** How many sessions were ended, or would be. */
  ended: number;
}

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('end every session of one person, or one of them; they may sign in again')
    .requiredOption('--user <name>', 'username')
    .option('--session <id>', 'only this one, as "cutover sessions list" shows it')
    .option('--dry-run', 'say how many there are and end none')
    .addHelpText(
      'after',
      examples(
        'cutover sessions revoke --user ada',
        'cutover sessions revoke --user ada --session 6f2c1d9e-4b7a-4e0f-9c53-8a1b2c3d4e5f --dry-run',
      ),
    )
    .action(async ({ user, session, dryRun = false }: RevokeOptions, command: Command) => {
      const ended = await withCurrentSchema(async (context) => {
        const { id } = await personCalled(user, context);
        return session === undefined
          ? revokeAll(context, id, dryRun)
          : revokeOne(context, id, session, dryRun);
      });
      print(command, { dryRun, user, ended }, described);
    });
}

function revokeAll(context: INestApplicationContext, userId: number, dryRun: boolean): Promise<number> {
  return dryRun
    ? context.get(SessionList, { strict: false }).count(userId)
    : context.get(PeopleService, { strict: false }).endSessions(userId, operator());
}

async function revokeOne(
  context: INestApplicationContext,
  userId: number,
  sessionId: string,
  dryRun: boolean,
): Promise<number> {
  const sessions = context.get(SessionList, { strict: false });
  const { ended } = await sessions.find(userId, sessionId);
  if (!ended && !dryRun) await sessions.end(userId, sessionId, 'revoked', operator().name);
  return ended ? 0 : 1;
}

function described({ dryRun, user, ended }: Revoked): string {
  if (ended === 0) return `Nothing to end: ${user} has no such session open.`;
  return `${dryRun ? 'Would end' : 'Ended'} ${ended} session${ended === 1 ? '' : 's'} of ${user}.`;
}
