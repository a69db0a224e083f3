import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';
import { run } from '../process/run.mjs';

/**
 * Runs the operator's command and reads its `--json` answer.
 *
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, input?: string }} options
 * @returns {Promise<{ answer: any }>} any: our own command, whose answers differ by command
 * @throws {Stopped} for any other exit code than 0, with what the command said
 */
export async function cutover(args, { cwd, env, input }) {
  const main = inWorkspace('dist', 'apps', 'cli', 'main.js');
  const { code, stdout, output } = await run(process.execPath, [main, ...args, '--json'], {
    cwd,
    env,
    input,
  });
  if (code !== 0) {
    throw new Stopped(
      `\`cutover ${args.slice(0, 2).join(' ')}\` ended with exit code ${code}, see above.`,
      output,
    );
  }
  return { answer: JSON.parse(stdout) };
}
