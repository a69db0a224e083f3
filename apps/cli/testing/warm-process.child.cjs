const { Readable } = require('node:stream');

/** @import { run as Run } from '../run' */
/** @import { CommandLine } from './warm-process' */

// One process of the built command that runs many command lines, one after another. Loading the program takes most of
// a short command's time; what a command line says and does is the same as in a process of its own.
const main = /** @type {string} */ (process.argv[2]);
/** @type {{ run: typeof Run }} */
const { run } = require(main);

process.on('message', async (/** @type {CommandLine} */ { args, env, cwd, input }) => {
  const [stdout, stderr] = [collect(process.stdout), collect(process.stderr)];
  Object.defineProperty(process, 'stdin', {
    value: Readable.from([Buffer.from(input, 'base64')]),
    configurable: true,
  });
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  const code = await run([process.execPath, main, ...args]);
  process.send?.({ code, stdout: stdout(), stderr: stderr() });
});
process.once('disconnect', () => process.exit());
process.send?.('ready');

/** @param {NodeJS.WriteStream} stream @returns what has been written to it since */
function collect(stream) {
  /** @type {Buffer[]} */
  const chunks = [];
  stream.write = /** @type {any} */ (
    (/** @type {string | Uint8Array} */ chunk, /** @type {unknown[]} */ ...rest) => {
      chunks.push(Buffer.from(chunk));
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    }
  );
  return () => Buffer.concat(chunks).toString('utf8');
}
