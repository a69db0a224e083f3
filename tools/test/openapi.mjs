import { existsSync, readFileSync } from 'node:fs';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { run } from '../process/run.mjs';

export const COMMITTED = inWorkspace('openapi.json');

/** The document of the built API. */
export async function generatedDocument() {
  const main = inWorkspace('dist', 'apps', 'api', 'main.js');
  const { code, stdout, output } = await run(process.execPath, [main, '--openapi'], { cwd: WORKSPACE });
  if (code !== 0) throw new Stopped('The API could not print its OpenAPI document.', output);
  return stdout;
}

/** @throws {Stopped} where the committed document is not that of the built API */
export async function compareOpenApi() {
  const committed = existsSync(COMMITTED) ? readFileSync(COMMITTED, 'utf8') : '';
  const generated = await generatedDocument();
  if (committed === generated) return;
  const [was, is] = [committed.split('\n'), generated.split('\n')];
  const line = is.findIndex((text, index) => text !== was[index]);
  throw new Stopped(
    'openapi.json is not what this API answers: look at the change, then run `npm run openapi` and commit it.',
    `openapi.json:${line + 1}\n- ${was[line] ?? ''}\n+ ${is[line] ?? ''}`,
  );
}
