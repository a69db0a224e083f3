import { rmSync } from 'node:fs';

/**
 * Outlives the tests that started a scratch server, by a moment: when they end without saying so (Ctrl-C, a crash,
 * SIGKILL), the pipe to them closes, and their server and its folder are removed here.
 *
 * Arguments: the server's process id and its folder.
 */
const [pid, folder = ''] = process.argv.slice(2);

process.stdin.once('data', () => process.exit(0)); // stopped in order
process.stdin.once('end', () => {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch {
    // gone by itself
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
