import { basename } from 'node:path';
import { SettingsService } from '@cutover/config';
import { LastVerifiedBackup } from '@cutover/rollout';
import { LeaverSessions } from '@cutover/sessions';
import { type Applied, PlanApplication, SyncPlanner } from '@cutover/users';
import { Command, Option } from 'commander';
import { operator } from '../../operator';
import { examples, names, wholeNumber } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { withProgress } from '../../with-progress';
import { describedLeavers, describedPlan, type Planned, STAGES_WITHOUT_ACCOUNT } from './sync-report';

interface SyncOptions {
  from?: string;
  plan?: string;
  acceptEmailMatches?: boolean;
  complete?: true;
  acceptFewer?: number;
  acceptNameMatches?: boolean;
  verifiedDomain?: string[];
  linkAdmins?: string[];
  apply?: string;
  dryRun?: boolean;
  withoutBackup?: true;
  acceptLeavers?: number;
  acceptNoAdmin?: true;
}

interface AppliedAndEnded extends Applied {
  /** Of people whom a sync keeps out. */
  sessionsEnded: number;
}

const count = wholeNumber(0, 999_999_999);

/** What only a plan is made with. */
const FOR_PLANS = [
  'from',
  'plan',
  'complete',
  'acceptFewer',
  'acceptEmailMatches',
  'acceptNameMatches',
  'verifiedDomain',
  'linkAdmins',
];

export function syncCommand(): Command {
  return new Command('sync')
    .description(
      'link people to their accounts over there: make a plan from an export of Entra ID (changes nothing), then apply it',
    )
    .option('--from <file>', 'the export: the admin centre’s user download (CSV) or Graph’s /users (JSON)')
    .option('--plan <file>', 'write the plan here; without it only the figures are shown')
    .option(
      '--complete',
      'the export holds the whole directory: linked people who are missing from it have left',
    )
    .option(
      '--accept-fewer <number>',
      'with --complete: it holds this many accounts fewer than the last one',
      count,
    )
    .option('--accept-email-matches', 'also link people matched only by a unique e-mail address')
    .option(
      '--accept-name-matches',
      'also link people matched only by the local part of the user principal name; never administrators',
    )
    .option(
      '--verified-domain <domains>',
      'domains whose e-mail addresses prove something, with commas between; without it, those of the members’ user principal names',
      names,
    )
    .option(
      '--link-admins <names>',
      'administrators who may be linked by their username, with commas and no spaces between',
      names,
    )
    .addOption(
      new Option(
        '--apply <plan>',
        'bring a plan into the database; broken off, it goes on when run again',
      ).conflicts(FOR_PLANS),
    )
    .option('--without-backup', 'with --apply: without a recent verified backup')
    .option('--accept-leavers <number>', 'with --apply: keep out this many people, as the plan says', count)
    .option('--accept-no-admin', 'with --apply: although no administrator can sign in afterwards')
    .option('--dry-run', 'with --apply: check everything and change nothing')
    .addHelpText(
      'after',
      examples(
        'cutover users sync --from exportUsers.csv --plan plan.jsonl',
        'cutover users sync --apply plan.jsonl --dry-run',
        'cutover users sync --apply plan.jsonl',
        'cutover users sync --from wholeDirectory.csv --complete --plan plan.jsonl',
        'cutover users sync --apply plan.jsonl --accept-leavers 12',
      ),
    )
    .action(async (options: SyncOptions, command: Command) => {
      const { from, apply, dryRun = false } = options;
      if (apply !== undefined) {
        const applied = await applyPlan(apply, options, command);
        print(command, { dryRun, ...applied }, () => describedRun(applied, dryRun));
      } else if (from !== undefined) {
        print(command, await makePlan(from, options), describedPlan);
      } else {
        command.error('error: say what to do: --from FILE makes a plan, --apply PLAN applies one');
      }
    });
}

async function makePlan(from: string, options: SyncOptions): Promise<Planned> {
  const plan = options.plan ?? null;
  const { sha256, ...summary } = await withCurrentSchema((context) =>
    context.get(SyncPlanner, { strict: false }).plan({
      from,
      plan,
      acceptEmailMatches: options.acceptEmailMatches ?? false,
      complete: options.complete ?? false,
      acceptFewer: options.acceptFewer ?? null,
      acceptNameMatches: options.acceptNameMatches ?? false,
      usernameDomain:
        context.get(SettingsService, { strict: false }).get('externalAuth', { infer: true })
          ?.usernameDomain ?? null,
      verifiedDomains: options.verifiedDomain ?? [],
      linkAdmins: options.linkAdmins ?? [],
    }),
  );
  return {
    dryRun: true,
    plan,
    source: { file: basename(from), sha256 },
    ...summary,
    withoutAccount: { ...summary.withoutAccount, stages: STAGES_WITHOUT_ACCOUNT },
  };
}

const applyPlan = (
  plan: string,
  { dryRun = false, withoutBackup, acceptLeavers, acceptNoAdmin }: SyncOptions,
  command: Command,
): Promise<AppliedAndEnded> =>
  withProgress(command, (report) =>
    withCurrentSchema(async (context) => {
      if (!withoutBackup)
        await context.get(LastVerifiedBackup, { strict: false }).assertRecent('Applying a plan');
      const by = operator().name;
      const applied = await context.get(PlanApplication, { strict: false }).apply({
        plan,
        dryRun,
        by,
        acceptLeavers: acceptLeavers ?? null,
        acceptNoAdmin: acceptNoAdmin ?? false,
        ...report,
      });
      // Also where an earlier call did all the rest: it may have been killed before this.
      const ended = dryRun ? 0 : await context.get(LeaverSessions, { strict: false }).endAll(by);
      return { ...applied, sessionsEnded: ended };
    }),
  );

function describedRun(applied: AppliedAndEnded, dryRun: boolean): string {
  const { run, already, changed, linked, sessionsEnded } = applied;
  const links = Object.entries(linked);
  const count = links.reduce((sum, [, people]) => sum + people, 0);
  const by = links.map(([proof, people]) => `${people} by ${proof}`).join(', ');
  const figures = `${count} people${by && ` (${by})`}, and ${changed - count} more changed in what is known of their account`;
  const leavers = describedLeavers(applied, !dryRun || already);
  if (dryRun && !already)
    return [`Would link ${figures}. The database is as the plan saw it.`, ...leavers].join('\n');
  return [
    already ? `The run ${run} has applied this plan already: it linked ${figures}.` : `Linked ${figures}.`,
    ...leavers,
    ...(sessionsEnded > 0 ? [`Ended ${sessionsEnded} session(s) of people who are kept out.`] : []),
    `Run: ${run}`,
    `"cutover users undo ${run}" takes it back.`,
  ].join('\n');
}
