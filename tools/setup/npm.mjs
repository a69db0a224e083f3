import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Stopped } from '../console/stopped.mjs';
import { run } from '../process/run.mjs';

/** What npm says, and what it means to a person. */
const CAUSES = [
  {
    pattern: /ENOTFOUND|EAI_AGAIN|ECONN(REFUSED|RESET)|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/,
    sentence:
      'npm cannot reach the package registry: check the network connection (or the proxy that npm is set to use) and run this again.',
  },
  {
    pattern: /EACCES|EPERM|EROFS/,
    sentence: 'There is no permission to write in this folder: make it yours and run this again.',
  },
  { pattern: /ENOSPC/, sentence: 'The disk is full: free about 2 GB and run this again.' },
  {
    pattern: /EINTEGRITY/,
    sentence:
      'A package differs from what package-lock.json expects: run `npm cache verify`, then this again.',
  },
];

/**
 * Runs npm in a folder.
 *
 * @param {string[]} args
 * @param {string} cwd
 * @throws {Stopped} in one sentence, with npm's own output where the cause is not known
 */
export async function npm(args, cwd) {
  const { command, first } = npmCommand();
  const { code, output } = await run(command, [...first, ...args], { cwd, env: outsideOfNpm() });
  if (code === 0) return;
  if (code === 127)
    throw new Stopped('npm was not found: install Node.js 24 from nodejs.org, which brings it.');
  const cause = CAUSES.find(({ pattern }) => pattern.test(output));
  if (cause) throw new Stopped(cause.sentence, errorLines(output).slice(0, 4).join('\n'));
  throw new Stopped(`npm ${args[0]} failed; its output is above.`, errorLines(output).slice(-40).join('\n'));
}

/** @returns {Promise<string>} */
export async function npmVersion() {
  const { command, first } = npmCommand();
  const { stdout } = await run(command, [...first, '--version'], { env: outsideOfNpm() });
  return stdout.trim();
}

/** The npm that runs this script, where there is one: also right on Windows, where npm is no program. */
function npmCommand() {
  const path = process.env['npm_execpath'];
  const isNpm = path !== undefined && basename(path) === 'npm-cli.js' && existsSync(path);
  return isNpm ? { command: process.execPath, first: [path] } : { command: 'npm', first: [] };
}

/** A nested npm must not take the settings that the outer one handed to its scripts for its own. */
function outsideOfNpm() {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_(local_prefix|global_prefix|prefix|noproxy))/i.test(name),
  );
  return Object.fromEntries(entries);
}

const errorLines = (/** @type {string} */ output) =>
  output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('npm warn'));
