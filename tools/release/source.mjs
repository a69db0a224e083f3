import { WORKSPACE } from '../paths.mjs';
import { run } from '../process/run.mjs';

/**
 * What is released, as git knows it.
 *
 * @returns {Promise<{ commit: string | null, clean: boolean, committedAt: number }>} `commit` is null outside of a clone;
 *   `committedAt` in seconds, 0 where there is none
 */
export async function sourceState() {
  const git = async (/** @type {string[]} */ ...args) => {
    const { code, stdout } = await run('git', args, { cwd: WORKSPACE });
    return code === 0 ? stdout.trim() : null;
  };
  const commit = await git('rev-parse', 'HEAD');
  const clean = commit !== null && (await git('status', '--porcelain')) === '';
  return { commit, clean, committedAt: Number(commit && (await git('log', '-1', '--format=%ct'))) };
}
