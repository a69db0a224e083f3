import { type ContractStatus, MigrationRefused, type MigrationStatus, Migrator } from '@cutover/database';
import { Command } from 'commander';
import { PartlyReverted } from '../errors';
import { examples, wholeNumber } from '../options';
import { print } from '../output';
import { withAnySchema, withKnownSchema } from '../with-context';

export function databaseCommand(): Command {
  const db = new Command('db')
    .description('The database schema: apply its steps, take them back, see where it stands.')
    .addHelpText('after', examples('cutover db status'));

  db.command('status')
    .description('which steps are applied and which are pending')
    .addHelpText('after', examples('cutover db status --json'))
    .action(async (_options, command: Command) => {
      const status = await withAnySchema(async (context) => {
        const migrator = context.get(Migrator, { strict: false });
        return { ...(await migrator.status()), contract: await migrator.contractStatus() };
      });
      print(command, status, described);
    });

  db.command('migrate')
    .description('apply all pending steps; no row of the legacy table changes')
    .option('--dry-run', 'only say what would be applied')
    .addHelpText('after', examples('cutover db migrate --dry-run'))
    .action(async ({ dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const steps = await withKnownSchema((context) => {
        const migrator = context.get(Migrator, { strict: false });
        return dryRun ? migrator.applicable() : migrator.migrate();
      });
      print(command, { dryRun, applied: steps }, () => sentence(dryRun ? 'Would apply' : 'Applied', steps));
    });

  db.command('revert')
    .description(
      'take back the newest step; refuses, naming the people, where somebody would lose their only way in',
    )
    .option('--steps <n>', 'how many steps', wholeNumber(1, 9999), 1)
    .option('--dry-run', 'only say what would be taken back')
    .addHelpText('after', examples('cutover db revert --steps 2 --dry-run'))
    .action(async ({ steps, dryRun = false }: { steps: number; dryRun?: boolean }, command: Command) => {
      const reverted = await withKnownSchema(async (context, { applied }) => {
        const migrator = context.get(Migrator, { strict: false });
        return dryRun ? migrator.revertible(steps) : revert(migrator, steps, applied);
      });
      print(command, { dryRun, reverted }, () =>
        sentence(dryRun ? 'Would take back' : 'Took back', reverted),
      );
    });

  return db;
}

async function revert(migrator: Migrator, steps: number, before: string[]): Promise<string[]> {
  try {
    return await migrator.revert(steps);
  } catch (error) {
    if (!(error instanceof MigrationRefused)) throw error;
    const { applied } = await migrator.status();
    const reverted = before.filter((name) => !applied.includes(name)).reverse();
    throw reverted.length > 0 ? new PartlyReverted(error.detail, reverted) : error;
  }
}

function described({
  applied,
  pending,
  unknown,
  contract,
}: MigrationStatus & { contract: ContractStatus }): string {
  return [
    ...applied.map((name) => `applied  ${name}`),
    ...pending.map((name) => `pending  ${name}`),
    ...unknown.map((name) => `unknown  ${name}`),
    ...(contract.applied.length > 0 ? ['The clean-up was made: there is no way back beyond it.'] : []),
    ...(unknown.length > 0 ? ['A newer version of cutover has migrated this database: use that one.'] : []),
    ...(unknown.length === 0 && pending.length > 0 ? ['Next: cutover db migrate'] : []),
    ...(unknown.length === 0 && pending.length === 0
      ? contract.withheld.map((name) => `withheld ${name}  (only "cutover cleanup apply" applies it)`)
      : []),
  ].join('\n');
}

function sentence(verb: string, steps: string[]): string {
  return steps.length === 0 ? 'Nothing to do.' : `${verb} ${steps.length} step(s): ${steps.join(', ')}.`;
}
