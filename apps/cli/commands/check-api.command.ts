import { NestFactory } from '@nestjs/core';
import { ConfigurationModule, settingsOfProcess } from '@cutover/config';
import { ApiCheck, ApiCheckModule, type CheckReport, type CheckStep } from '@cutover/external-auth';
import { MetricsModule } from '@cutover/operations';
import { Command } from 'commander';
import { ApiCheckFailed, TestAccountRefused } from '../errors';
import { examples } from '../options';
import { print, table } from '../output';
import { readPassword } from './users/password';

interface CheckOptions {
  username: string;
  passwordStdin?: true;
}

export function checkApiCommand(): Command {
  return new Command('check-api')
    .description('prove the external API, step by step, with a test account, before anybody is moved to it')
    .requiredOption('--username <name>', 'the test account, as its owner would type it')
    .option('--password-stdin', 'read its password from standard input (one line)')
    .addHelpText(
      'after',
      examples(
        'cutover check-api --username test.account --password-stdin < password.txt',
        'cutover check-api --username test.account --password-stdin --json < password.txt',
      ),
    )
    .addHelpText(
      'after',
      '\nIt signs in for real, which counts as an attempt over there, and signs out again. Nothing is written here, no\n' +
        'database is needed, and neither the password nor a token is shown. USE_EXTERNAL_AUTH may still be false.\n' +
        'Exit codes: 0 all is well, 1 a step failed, 2 the API refused the account, 78 the settings do not describe the API.',
    )
    .action(async ({ username, passwordStdin }: CheckOptions, command: Command) => {
      if (!passwordStdin) command.error('error: the password comes from standard input: --password-stdin');
      const settings = settingsOfApi();
      const password = await readPassword();
      const report = await check({ username, password }, settings);
      print(command, report, described);
      const failed = report.steps.filter(({ outcome }) => outcome === 'failed');
      if (report.outcome === 'failed') throw new ApiCheckFailed(failed.map(({ step }) => step));
      if (report.outcome === 'refused') throw new TestAccountRefused(failed[0]?.advice ?? '');
    });
}

/** As if the switch were on: what would stop the API from starting then is said now. @throws ConfigurationError */
const settingsOfApi = () => settingsOfProcess({ USE_EXTERNAL_AUTH: 'true' });

class CheckModule {}

async function check(
  account: { username: string; password: string },
  settings: ReturnType<typeof settingsOfApi>,
): Promise<CheckReport> {
  const context = await NestFactory.createApplicationContext(
    {
      module: CheckModule,
      imports: [ConfigurationModule.forRoot(settings), MetricsModule, ApiCheckModule],
    },
    { logger: false, abortOnError: false },
  );
  try {
    return await context.get(ApiCheck, { strict: false }).run(account);
  } finally {
    await context.close();
  }
}

function described({ api, username, outcome, steps }: CheckReport): string {
  const summary = {
    ok: 'All is well.',
    failed: 'Not ready: see the steps that failed.',
    refused: 'The API does not let this account in.',
  }[outcome];
  const advice = steps.filter((step) => step.advice !== null);
  return [
    `${api}, as ${username}`,
    '',
    table(['STEP', 'RESULT', 'MS', 'FOUND'], steps.map(row)),
    ...steps.filter(({ fields }) => fields !== undefined).map(fieldsOf),
    ...(advice.length > 0
      ? ['\nWhat to do:', ...advice.map((step) => `  ${step.step}: ${step.advice}`)]
      : []),
    '',
    summary,
  ].join('\n');
}

const row = ({ step, outcome, milliseconds, found }: CheckStep) => [
  step.replace('_', ' '),
  outcome,
  milliseconds === null ? '-' : String(milliseconds),
  found,
];

const fieldsOf = ({ step, fields = [] }: CheckStep) =>
  `\n${table(
    [`OUR FIELD (${step.replace('_', ' ')})`, 'COMES FROM'],
    fields.map(({ field, from }) => [field, from ?? '(not there)']),
  )}`;
