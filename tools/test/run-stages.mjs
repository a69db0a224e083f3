import { step } from '../console/step.mjs';
import { explain, Stopped } from '../console/stopped.mjs';
import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { run } from '../process/run.mjs';
import { nx } from '../setup/nx.mjs';
import { startScratchServer } from '../testing/mysql-server.mjs';
import { compareOpenApi } from './openapi.mjs';
import { clearReports, readReports } from './reports.mjs';
import { summary } from './summary.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** In this order: what is quick and says most comes first. */
const STAGES = [
  {
    title: 'Format',
    work: () => checked('node', [inWorkspace('node_modules/prettier/bin/prettier.cjs'), '--check', '.']),
  },
  { title: 'Lint', work: () => target('lint') },
  { title: 'Type check', work: () => target('typecheck') },
  { title: 'Build', work: () => target('build') },
  { title: 'OpenAPI document', work: compareOpenApi },
  { title: 'Unit and database tests', work: withDatabase(() => target('test')) },
  { title: 'Browser tests', work: () => target('e2e') },
];

/**
 * Runs every stage until one fails.
 *
 * @returns {Promise<boolean>} whether all passed
 */
export async function runStages() {
  const started = Date.now();
  clearReports();
  let failedStage = null;
  try {
    await ensureSystemPackages();
    for (const { title, work } of STAGES) {
      failedStage = title;
      await step(title, work);
    }
    failedStage = null;
  } catch (error) {
    failedStage ??= 'System packages';
    explain(error);
  }
  console.log(`\n  ${failedStage ? 'Stopped' : 'Done'} after ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(summary(readReports(), failedStage));
  return failedStage === null;
}

/** @param {string} name */
async function target(name) {
  const { code, output } = await nx(['run-many', '-t', name, '--outputStyle=static']);
  if (code !== 0) throw new Stopped(`\`nx run-many -t ${name}\` failed; its output is above.`, output);
}

/** @param {string} command @param {string[]} args */
async function checked(command, args) {
  const { code, output } = await run(command === 'node' ? process.execPath : command, args, {
    cwd: WORKSPACE,
  });
  if (code !== 0) throw new Stopped('Files are not formatted: run `npm run format` and commit.', output);
}

/** One scratch server for all projects, unless a server was given. */
function withDatabase(/** @type {() => Promise<void>} */ work) {
  return async () => {
    if (process.env['TEST_DATABASE_URL']) return work();
    const server = await startScratchServer();
    process.env['TEST_DATABASE_URL'] = server.url;
    try {
      await work();
    } finally {
      delete process.env['TEST_DATABASE_URL'];
      await server.stop();
    }
  };
}
